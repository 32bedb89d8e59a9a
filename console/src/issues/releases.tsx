import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { Sparkline } from '../parts/sparkline'
import { Table } from '../parts/table'
import { Ago } from '../parts/time'
import { DAY, HOUR, useNow } from '../words/time'
import { t } from '../words/words'
import type { Issue } from './status'

const DAYS = 30

/** In which releases an issue happened how often, and how their sessions fared. */
export function Releases({ issue }: { issue: Issue }) {
  const end = Math.ceil(useNow() / HOUR) * HOUR
  const window = { start_time: end - DAYS * DAY, end_time: end }
  const trend = useRead('/rum/issue/trend', {
    ...window,
    issue_id: issue.issue_id,
    group_by: 'version',
    interval: DAY,
  })
  const health = useRead('/rum/release/list', { ...window, application_id: issue.application_id })
  const share = (version: string) => {
    const found = health.data?.items.find((each) => each.version === version)
    return found ? `${(found.crash_free_rate * 100).toFixed(2)} %` : '—'
  }
  return (
    <Card title={t('Releases of the last {n} days', { n: DAYS })}>
      <Answer to={trend}>
        {({ items }) =>
          items.length ? (
            <Table
              heads={[
                t('Release'),
                t('Events'),
                t('First there'),
                t('By day'),
                t('Sessions without a crash'),
              ]}
            >
              {items.map((line) => (
                <tr key={line.name}>
                  <td>{line.name || t('(none)')}</td>
                  <td>{line.total}</td>
                  <td>
                    <Ago at={line.points.find((each) => each.count > 0)?.time ?? 0} />
                  </td>
                  <td>
                    <Sparkline
                      values={line.points.map((each) => each.count)}
                      label={t('Events of {release} by day', { release: line.name })}
                    />
                  </td>
                  <td>{share(line.name)}</td>
                </tr>
              ))}
            </Table>
          ) : (
            <Empty>{t('No events in these days.')}</Empty>
          )
        }
      </Answer>
    </Card>
  )
}
