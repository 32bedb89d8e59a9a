import type { Data } from '../api/call'
import { Badge } from '../parts/severity'
import { t } from '../words/words'

export type Issue = Data<'/rum/issue/info'>

/** The same status as Sentry's clients and readers call it. */
export function inSentry({ status, regression }: Issue): string {
  if (status === 'resolved') return 'resolved'
  if (status === 'ignored') return 'archived'
  if (regression) return 'unresolved (regressed)'
  return status === 'for_review' ? 'unresolved (new)' : 'unresolved (ongoing)'
}

/** An issue's status as this console calls it, with the name it has in the API beside it. */
export function Status({ of }: { of: Issue['status'] }) {
  const words = {
    for_review: t('new, for review'),
    reviewed: t('reviewed'),
    ignored: t('ignored'),
    resolved: t('resolved'),
  }
  const looks = {
    for_review: 'Warning',
    reviewed: 'Info',
    ignored: undefined,
    resolved: 'Ok',
  } as const
  return (
    <span title={`status: ${of}`}>
      <Badge look={looks[of]}>{words[of]}</Badge>
    </span>
  )
}
