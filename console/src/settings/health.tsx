import { useQuery } from '@tanstack/react-query'
import { Alert } from '@mantine/core'
import type { Data } from '../api/call'
import { useRead } from '../api/queries'
import { useMe } from '../api/session'
import { methodName } from '../incidents/sentence'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { Table } from '../parts/table'
import { span } from '../words/time'
import { t } from '../words/words'

const AGAIN_MS = 15_000

/** How the server itself is: all may see whether it is ready; admins, what is late and what fails. */
export default function Health() {
  const me = useMe()
  const ready = useQuery({
    queryKey: ['ready'],
    queryFn: async () => (await fetch('/-/ready')).ok,
    refetchInterval: AGAIN_MS,
  })
  return (
    <div className={parts.stack}>
      <Card title={t('Health of the server')}>
        {ready.data === undefined ? (
          <Empty>{t('One moment')}</Empty>
        ) : (
          <p>{ready.data ? t('It works.') : t('Something is wrong.')}</p>
        )}
        {me.is_admin && <Inside />}
      </Card>
    </div>
  )
}

function Inside() {
  const system = useRead('/system/info', {}, { refresh: AGAIN_MS })
  return (
    <Answer to={system}>
      {(found) => (
        <div className={parts.stack}>
          {found.problems.map((each) => (
            <Alert key={each} color="red" role="alert">
              {each}
            </Alert>
          ))}
          <dl className={parts.facts}>
            <dt>{t('Version')}</dt>
            <dd>{found.version}</dd>
            <dt>{t('Database')}</dt>
            <dd>{found.database}</dd>
            <dt>{t('Inbox')}</dt>
            <dd>
              {t('{n} requests wait, the oldest for {span}', {
                n: found.inbox_depth,
                span: span(found.inbox_age_ms),
              })}
            </dd>
            <dt>{t('Engine')}</dt>
            <dd>
              {found.engine_beat_age_ms < 0
                ? t('none ever ran')
                : t('reported {span} ago', { span: span(found.engine_beat_age_ms) })}
            </dd>
            <dt>{t('Timers')}</dt>
            <dd>
              {lag(found.timer_lag_ms)}
              {found.timers_failing.map((each) => (
                <div key={each.kind}>
                  <Badge look="Warning">{t('failing')}</Badge> {each.kind}: {each.count}
                </div>
              ))}
            </dd>
            <dt>{t('Messages')}</dt>
            <dd>{lag(found.delivery_lag_ms)}</dd>
          </dl>
          <Methods of={found.methods} />
        </div>
      )}
    </Answer>
  )
}

function Methods({ of }: { of: Data<'/system/info'>['methods'] }) {
  if (!of.length) return <Empty>{t('No message was sent yet.')}</Empty>
  return (
    <Table heads={[t('Method'), t('under way'), t('delivered'), t('did not arrive')]}>
      {of.map((each) => (
        <tr key={each.method}>
          <td>{methodName(each.method)}</td>
          <td>{each.pending}</td>
          <td>{each.sent}</td>
          <td>
            {each.failed > 0 ? <Badge look="Critical">{String(each.failed)}</Badge> : each.failed}
          </td>
        </tr>
      ))}
    </Table>
  )
}

const lag = (ms: number): string => (ms ? t('late by {span}', { span: span(ms) }) : t('on time'))
