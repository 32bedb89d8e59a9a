import { useInViewport } from '@mantine/hooks'
import { useRead } from '../api/queries'
import { Sparkline } from '../parts/sparkline'
import { DAY, HOUR, useNow } from '../words/time'
import { t } from '../words/words'

interface Shown {
  issueId: string
  days?: number
  /** How much time (ms) a bar stands for. */
  interval?: number
}

/** How often an issue happened lately; it is asked for once it comes into sight. */
export function Trend({ issueId, days = 7, interval = 4 * HOUR }: Shown) {
  const { ref, inViewport } = useInViewport()
  const end = Math.ceil(useNow() / HOUR) * HOUR
  const start = end - days * DAY
  const trend = useRead(
    '/rum/issue/trend',
    { issue_id: issueId, start_time: start, end_time: end, interval },
    { enabled: inViewport, fresh: 60_000 },
  )
  const width = trend.data?.interval ?? interval
  const values = Array.from({ length: Math.ceil((end - start) / width) }, () => 0)
  for (const { time, count } of trend.data?.items[0]?.points ?? []) {
    const place = Math.floor((time - start) / width)
    values[place] = (values[place] ?? 0) + count
  }
  return (
    <div ref={ref}>
      <Sparkline values={values} label={t('Events of the last {n} days', { n: days })} />
    </div>
  )
}
