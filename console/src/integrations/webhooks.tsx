import { Button } from '@mantine/core'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { Table } from '../parts/table'
import { Ago } from '../parts/time'
import { DAY, HOUR, useNow } from '../words/time'
import { t } from '../words/words'

/** Who is told by webhook, how they are doing, and every try of the last week. */
export default function Webhooks() {
  const end = Math.ceil(useNow() / HOUR) * HOUR
  const targets = useRead('/webhook/target/list', {})
  const history = useRead('/webhook/history/list', {
    start_time: end - 6 * DAY,
    end_time: end,
    limit: 50,
  })
  const resume = useAct('/webhook/target/resume', { said: t('Going on') })
  const replay = useAct('/webhook/history/replay', { said: t('Told once more') })
  const mayManage = useMay('Integrations Manage')
  return (
    <div className={parts.stack}>
      <Card title={t('Receivers')}>
        <Answer to={targets}>
          {({ items }) =>
            items.length ? (
              items.map((each) => (
                <div key={each.integration_id} className={parts.row}>
                  <strong>{each.name}</strong>
                  <Badge look={each.state === 'working' ? 'Ok' : 'Critical'}>
                    {
                      { working: t('working'), failing: t('failing'), paused: t('paused') }[
                        each.state
                      ]
                    }
                  </Badge>
                  {each.last_error}
                  {each.state === 'paused' && mayManage && (
                    <Button
                      size="compact-xs"
                      onClick={() => resume.mutate({ integration_id: each.integration_id })}
                    >
                      {t('Go on')}
                    </Button>
                  )}
                </div>
              ))
            ) : (
              <Empty>{t('No webhooks.')}</Empty>
            )
          }
        </Answer>
      </Card>
      <Card title={t('History')}>
        <Answer to={history}>
          {({ items }) => (
            <Table heads={[t('When'), t('Event'), t('Answer'), t('Again')]}>
              {items.map((each) => (
                <tr key={`${each.event_id}-${each.attempt}`}>
                  <td>
                    <Ago at={Date.parse(each.event_time)} />
                  </td>
                  <td>{each.event_type}</td>
                  <td>
                    <Badge look={each.status === 'success' ? 'Ok' : 'Critical'}>
                      {each.status_code || each.status}
                    </Badge>{' '}
                    {each.error_message}
                  </td>
                  <td>
                    {mayManage && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        onClick={() =>
                          replay.mutate({
                            event_id: each.event_id,
                            integration_id: each.integration_id,
                          })
                        }
                      >
                        {t('Tell again')}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Answer>
      </Card>
    </div>
  )
}
