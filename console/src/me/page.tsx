import { Head } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'
import { Calendar } from './calendar'
import { Methods } from './methods'
import { Preferences } from './preferences'
import { Security } from './security'
import { Shifts } from './shifts'

/** What concerns the person alone: their shifts, how they are told, where they are signed in. */
export function Component() {
  return (
    <>
      <Head title={t('My shifts and methods')} />
      <div className={parts.columns}>
        <div className={parts.stack}>
          <Shifts />
          <Methods />
          <Preferences />
        </div>
        <div className={parts.stack}>
          <Calendar />
          <Security />
        </div>
      </div>
    </>
  )
}
