import type { Data } from '../api/call'
import parts from '../parts/parts.module.css'
import { clock } from '../words/time'
import { t } from '../words/words'
import { methodName } from './sentence'

type Message = Data<'/incident/page/list'>['items'][number]

/** What became of each message to one person. */
export function Messages({ of }: { of: Message[] }) {
  return of.map((each, place) => (
    <div key={place} className={parts.soft}>
      {methodName(each.method)} {standing(each)} {clock(each.settled_at || each.owed_at)}
      {each.last_error && ` · ${each.last_error}`}
      {each.may_repeat && ` · ${t('may arrive twice')}`}
    </div>
  ))
}

function standing({ standing: at }: Message): string {
  const words = {
    sent: t('delivered'),
    pending: t('under way'),
    retrying: t('tried again'),
    failed: t('did not arrive'),
    held: t('held back'),
    forgotten: t('no longer known'),
  }
  return words[at]
}
