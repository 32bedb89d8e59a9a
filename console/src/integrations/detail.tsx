import { Button, Loader } from '@mantine/core'
import { Link, useParams } from 'react-router'
import type { Data } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Code } from '../parts/code'
import { Card, Empty, Head } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { Table } from '../parts/table'
import { Ago } from '../parts/time'
import { DAY, HOUR, ms, seconds, useNow } from '../words/time'
import { t } from '../words/words'
import { outcome } from '../incidents/story'
import { filled, SENDERS } from './senders'
import { SendTest } from './send-test'

type Integration = Data<'/datasource/desc'>

export function Component() {
  const { id = '' } = useParams()
  const integration = useRead('/datasource/desc', { integration_id: Number(id) })
  return <Answer to={integration}>{(found) => <Detail integration={found} />}</Answer>
}

function Detail({ integration }: { integration: Integration }) {
  const sender = SENDERS.find((each) => each.type === integration.plugin_type)
  return (
    <>
      <Head title={integration.name}>
        <Badge>{integration.plugin_type_name}</Badge>
        {integration.category === 'event.alert' && (
          <Button component={Link} to={`/integrations/${integration.integration_id}/rules`}>
            {t('Rules')}
          </Button>
        )}
      </Head>
      <div className={parts.columns}>
        <div className={parts.stack}>
          <Card title={t('Set-up')}>
            <div className={parts.stack}>
              {sender?.about && <p>{sender.about}</p>}
              {(sender?.setups.length ? sender.setups : addresses(sender?.addresses)).map(
                (each) => (
                  <Code
                    key={each}
                    label={t('Set-up')}
                    text={filled(each, integration.integration_key)}
                  />
                ),
              )}
            </div>
          </Card>
          <Arrived integration={integration} />
        </div>
        <Rejected integrationId={integration.integration_id} />
      </div>
    </>
  )
}

function addresses(paths: string[] = []): string[] {
  return paths.map((each) => `URL${each.replace('{key}', 'KEY')}?integration_key=KEY`)
}

/** What came and what became of it; until then, that it is waited for. */
function Arrived({ integration }: { integration: Integration }) {
  const end = Math.ceil(useNow() / HOUR) * HOUR
  const came = useRead('/event/trace/list', {
    start_time: seconds(end - 7 * DAY),
    end_time: seconds(end),
    integration_ids: [integration.integration_id],
    limit: 20,
  })
  return (
    <Card title={t('What came')}>
      <Answer to={came}>
        {({ items }) =>
          items.length ? (
            <Table heads={[t('When'), t('Event'), t('What became of it')]}>
              {items.map((each) => (
                <tr key={each.trace_id}>
                  <td>
                    <Ago at={ms(each.received_at)} />
                  </td>
                  <td>{each.given.title ?? each.alert_key}</td>
                  <td>{outcome(each.outcome)}</td>
                </tr>
              ))}
            </Table>
          ) : (
            <div className={parts.row} role="status">
              <Loader size="sm" aria-hidden /> {t('Waiting for the first event…')}
              {integration.plugin_type === 'standard.alert' && (
                <SendTest integration={integration} />
              )}
            </div>
          )
        }
      </Answer>
    </Card>
  )
}

/** What was refused and why, with another try once the cause is mended. */
function Rejected({ integrationId }: { integrationId: number }) {
  const rejected = useRead('/datasource/rejected-event/list', {
    integration_id: integrationId,
    limit: 50,
  })
  const replay = useAct('/datasource/rejected-event/replay', { said: t('Taken in again') })
  const mayManage = useMay('Integrations Manage')
  return (
    <Card title={t('Rejected')}>
      <Answer to={rejected}>
        {({ items }) =>
          items.length ? (
            <div className={parts.stack}>
              {items.map((each) => (
                <div key={each.rejected_id}>
                  <div>{each.reason}</div>
                  <pre className={parts.code} tabIndex={0}>
                    {each.excerpt}
                  </pre>
                  <div className={parts.row}>
                    <span className={parts.soft}>
                      <Ago at={each.rejected_at} />
                    </span>
                    {each.replayed_at > 0 && <Badge look="Ok">{t('taken in')}</Badge>}
                    {mayManage && each.replayed_at === 0 && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        onClick={() =>
                          replay.mutate({
                            integration_id: integrationId,
                            rejected_ids: [each.rejected_id],
                          })
                        }
                      >
                        {t('Try again')}
                      </Button>
                    )}
                  </div>
                </div>
              ))}
            </div>
          ) : (
            <Empty>{t('Nothing was rejected.')}</Empty>
          )
        }
      </Answer>
    </Card>
  )
}
