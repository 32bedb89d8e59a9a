import { Button, Modal, Select } from '@mantine/core'
import { useState } from 'react'
import type { Data } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { Facts } from '../parts/facts'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { Table } from '../parts/table'
import { Ago } from '../parts/time'
import { DAY, HOUR, useNow } from '../words/time'
import { t } from '../words/words'

type Try = Data<'/webhook/history/list'>['items'][number]

/** What webhooks were told in the last days and what they answered; any of it can be told again. */
export function WebhookHistory({ webhooks }: { webhooks: Data<'/datasource/list'> }) {
  const end = Math.ceil(useNow() / HOUR) * HOUR
  const [of, setOf] = useState('0')
  const [status, setStatus] = useState('')
  const [opened, setOpened] = useState<Try | null>(null)
  const history = useRead('/webhook/history/list', {
    start_time: end - 6 * DAY,
    end_time: end,
    integration_id: Number(of),
    status: (status || null) as 'failed' | 'success' | null,
    limit: 50,
  })
  const name = (id: number) => webhooks.find((each) => each.integration_id === id)?.name ?? `#${id}`
  return (
    <Card
      title={t('History')}
      aside={
        <>
          <Select
            aria-label={t('Webhook')}
            w={180}
            allowDeselect={false}
            data={[
              { value: '0', label: t('All') },
              ...webhooks.map((each) => ({ value: String(each.integration_id), label: each.name })),
            ]}
            value={of}
            onChange={(id) => setOf(id ?? '0')}
          />
          <Select
            aria-label={t('Answer')}
            w={130}
            allowDeselect={false}
            data={[
              { value: '', label: t('All') },
              { value: 'failed', label: t('failed') },
              { value: 'success', label: t('received') },
            ]}
            value={status}
            onChange={(chosen) => setStatus(chosen ?? '')}
          />
        </>
      }
    >
      <Answer to={history}>
        {({ items }) =>
          items.length ? (
            <Table heads={[t('When'), t('Webhook'), t('Event'), t('Answer'), t('Again')]}>
              {items.map((each) => (
                <tr key={`${each.event_id}-${each.attempt}-${each.integration_id}`}>
                  <td>
                    <Ago at={Date.parse(each.event_time)} />
                  </td>
                  <td>{name(each.integration_id)}</td>
                  <td>{each.event_type}</td>
                  <td>
                    <Badge look={each.status === 'success' ? 'Ok' : 'Critical'}>
                      {each.status_code || each.status}
                    </Badge>{' '}
                    {each.error_message}
                  </td>
                  <td>
                    <div className={parts.row}>
                      <Button size="compact-xs" variant="default" onClick={() => setOpened(each)}>
                        {t('Show')}
                      </Button>
                      <Again of={each} />
                    </div>
                  </td>
                </tr>
              ))}
            </Table>
          ) : (
            <Empty>{t('Nothing was told in the last days.')}</Empty>
          )
        }
      </Answer>
      {opened && <Detail of={opened} close={() => setOpened(null)} />}
    </Card>
  )
}

function Again({ of }: { of: Try }) {
  const replay = useAct('/webhook/history/replay', { said: t('Told once more') })
  const mayManage = useMay('Integrations Manage')
  if (!mayManage) return null
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={replay.isPending}
      onClick={() => replay.mutate({ event_id: of.event_id, integration_id: of.integration_id })}
    >
      {t('Tell again')}
    </Button>
  )
}

/** One try as it went over the wire. */
function Detail({ of, close }: { of: Try; close: () => void }) {
  return (
    <Modal opened onClose={close} title={of.event_type} size="xl">
      <div className={parts.stack}>
        <Facts
          of={[
            [t('Address of the webhook'), of.endpoint],
            [t('Try'), of.attempt],
            [t('Took'), `${of.duration} ms`],
            [t('Answer'), of.status_code || of.error_message],
          ]}
        />
        <Sent title={t('What was sent')} head={of.request_headers} body={of.request_body} />
        <Sent title={t('What came back')} head={of.response_headers} body={of.response_body} />
      </div>
    </Modal>
  )
}

function Sent({ title, head, body }: { title: string; head: string; body: string }) {
  return (
    <Card title={title}>
      <pre className={parts.code} tabIndex={0} role="region" aria-label={title}>
        {[head, body].filter(Boolean).join('\n\n')}
      </pre>
    </Card>
  )
}
