import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Sessions } from '../parts/sessions'
import { t } from '../words/words'
import { Passkeys } from './passkeys'
import { Password } from './password'
import { SecondFactor } from './second-factor'

/** How the person signs in, and where they are. */
export function Security() {
  return (
    <div className={parts.stack}>
      <Passkeys />
      <SecondFactor />
      <Password />
      <Card title={t('Signed in at')}>
        <Sessions />
      </Card>
    </div>
  )
}
