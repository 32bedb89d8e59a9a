import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { Badge, Severity } from '../parts/severity'
import { Table } from '../parts/table'
import { At } from '../parts/time'
import { ms } from '../words/time'
import { t } from '../words/words'

/** When incidents would reach nobody in time, by channel and severity. */
export default function Coverage() {
  const coverage = useRead('/channel/coverage/list', { limit: 100 })
  return (
    <Card title={t('Coverage')}>
      <Answer to={coverage}>
        {({ items }) =>
          items.length ? (
            <Table heads={[t('Channel'), t('Severity'), t('Covered'), t('Why')]}>
              {items.map((each) => (
                <tr key={`${each.channel_id}-${each.severity}`}>
                  <td>{each.channel_name}</td>
                  <td>
                    <Severity of={each.severity} />
                  </td>
                  <td>
                    {each.is_covered ? (
                      <Badge look="Ok">{t('yes')}</Badge>
                    ) : (
                      <>
                        <Badge look="Critical">{t('no')}</Badge> <At at={ms(each.uncovered_at)} />
                      </>
                    )}
                  </td>
                  <td>{each.reason}</td>
                </tr>
              ))}
            </Table>
          ) : (
            <Empty>
              {t('Coverage is checked for channels that have rules; there is nothing yet.')}
            </Empty>
          )
        }
      </Answer>
    </Card>
  )
}
