import { useRead } from '../api/queries'
import { Sparkline } from '../parts/sparkline'
import { DAY, useNow } from '../words/time'
import { t } from '../words/words'

const DAYS = 14

/** How often an issue's stored events happened on each of the last days. */
export function Trend({ issueId }: { issueId: string }) {
  const events = useRead(
    '/rum/issue/event/list',
    { issue_id: issueId, limit: 100 },
    { fresh: 60_000 },
  )
  const today = Math.floor(useNow() / DAY)
  const counts = Array.from({ length: DAYS }, (_, place) => {
    const day = today - DAYS + 1 + place
    return (events.data?.items ?? []).filter((each) => Math.floor(each.occurred_at / DAY) === day)
      .length
  })
  return <Sparkline values={counts} label={t('Stored events of the last {n} days', { n: DAYS })} />
}
