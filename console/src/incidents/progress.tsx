import { Badge } from '../parts/severity'
import { t } from '../words/words'

export function Progress({
  of,
  isSnoozed = false,
}: {
  of: 'Triggered' | 'Processing' | 'Closed'
  isSnoozed?: boolean
}) {
  if (isSnoozed) return <Badge>{t('Snoozed')}</Badge>
  if (of === 'Triggered') return <Badge look="Critical">{t('Unacknowledged')}</Badge>
  if (of === 'Processing') return <Badge look="Info">{t('Acknowledged')}</Badge>
  return <Badge look="Ok">{t('Closed')}</Badge>
}
