import { ActionIcon, Button, NumberInput, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Data, Schema } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Code } from '../parts/code'
import { Card, Empty } from '../parts/frame'
import { IconTrash } from '../parts/icons'
import { useChannels } from '../parts/names'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { Ago } from '../parts/time'
import { ms, span } from '../words/time'
import { t } from '../words/words'

type Heartbeat = Data<'/heartbeat/list'>['items'][number]

/** What must be heard of regularly, such as a nightly backup; its silence is an alert. */
export default function Heartbeats() {
  const heartbeats = useRead('/heartbeat/list', { limit: 100 })
  const mayManage = useMay('Integrations Manage')
  return (
    <div className={parts.stack}>
      {mayManage && <Add />}
      <Answer to={heartbeats}>
        {({ items }) =>
          items.length ? (
            <>
              {items.map((each) => (
                <One key={each.heartbeat_id} heartbeat={each} />
              ))}
            </>
          ) : (
            <Empty>{t('Nothing is expected to be heard of.')}</Empty>
          )
        }
      </Answer>
    </div>
  )
}

function One({ heartbeat }: { heartbeat: Heartbeat }) {
  const mayManage = useMay('Integrations Manage')
  const remove = useAct('/heartbeat/delete', { said: t('Removed') })
  const enable = useAct('/heartbeat/enable')
  const disable = useAct('/heartbeat/disable')
  const id = { heartbeat_id: heartbeat.heartbeat_id }
  const isPaused = heartbeat.status === 'paused'
  const words: Record<string, string> = {
    new: t('waiting for its first ping'),
    up: t('heard of'),
    down: t('silent'),
    paused: t('switched off'),
  }
  return (
    <Card
      title={heartbeat.heartbeat_name}
      aside={
        <>
          <Badge look={{ up: 'Ok', down: 'Critical' }[heartbeat.status as string] as 'Ok'}>
            {words[heartbeat.status] ?? heartbeat.status}
          </Badge>
          {mayManage && (
            <>
              <Button
                size="xs"
                variant="default"
                onClick={() => (isPaused ? enable : disable).mutate(id)}
              >
                {isPaused ? t('Switch on') : t('Switch off')}
              </Button>
              <ActionIcon
                variant="subtle"
                color="red"
                aria-label={t('Remove {name}', { name: heartbeat.heartbeat_name })}
                onClick={() => remove.mutate(id)}
              >
                <IconTrash size={17} />
              </ActionIcon>
            </>
          )}
        </>
      }
    >
      <p className={parts.soft}>
        {heartbeat.cron || t('every {span}', { span: span(ms(heartbeat.period)) })}
        {heartbeat.last_ping_at > 0 && (
          <>
            {' · '}
            {t('last heard of')} <Ago at={ms(heartbeat.last_ping_at)} />
          </>
        )}
      </p>
      {heartbeat.ping_url && (
        <Code
          label={t('Where it reports')}
          text={`curl -fsS -m 10 --retry 5 ${heartbeat.ping_url}`}
        />
      )}
    </Card>
  )
}

/** A heartbeat of an integration that takes them; one is made where there is none. */
function Add() {
  const channels = useChannels()
  const existing = useRead('/datasource/list', { plugin_type: 'heartbeat', limit: 100 })
  const [name, setName] = useState('')
  const [minutes, setMinutes] = useState(60)
  const [severity, setSeverity] = useState<Schema['Severity']>('Critical')
  const [channel, setChannel] = useState<string | null>(null)
  const create = useAct('/heartbeat/create', { said: t('Saved'), then: () => setName('') })
  const expect = (integration: number) =>
    create.mutate({
      heartbeat_name: name,
      integration_id: integration,
      period: minutes * 60,
      severity,
    })
  const integrate = useAct('/datasource/upsert', { then: (made) => expect(made.integration_id) })
  function send() {
    const known = existing.data?.find((each) => String(each.channel_id) === (channel ?? '0'))
    if (known) expect(known.integration_id)
    else
      integrate.mutate({
        plugin_type: 'heartbeat',
        name: t('Heartbeats'),
        channel_id: Number(channel ?? 0),
      })
  }
  return (
    <Card title={t('Expect something')}>
      <div className={parts.row}>
        <TextInput
          label={t('Name')}
          placeholder={t('Nightly backup')}
          flex={1}
          miw={160}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NumberInput
          label={t('Every so many minutes')}
          w={170}
          min={1}
          value={minutes}
          onChange={(value) => setMinutes(Number(value) || 1)}
        />
        <Select
          label={t('Severity')}
          w={130}
          allowDeselect={false}
          data={[
            { value: 'Critical', label: t('Critical') },
            { value: 'Warning', label: t('Warning') },
            { value: 'Info', label: t('Info') },
          ]}
          value={severity}
          onChange={(chosen) => setSeverity(chosen as Schema['Severity'])}
        />
        <Select label={t('Channel')} data={channels} value={channel} onChange={setChannel} />
        <Button
          disabled={!name.trim() || !channel}
          loading={create.isPending || integrate.isPending}
          onClick={send}
        >
          {t('Add')}
        </Button>
      </div>
    </Card>
  )
}
