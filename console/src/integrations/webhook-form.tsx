import {
  Button,
  Modal,
  MultiSelect,
  Select,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core'
import { useState } from 'react'
import type { Data } from '../api/call'
import { useAct } from '../api/queries'
import { FilterGroups, usableGroups } from '../channels/filters'
import { useChannels } from '../parts/names'
import { t } from '../words/words'

type Webhook = Data<'/datasource/list'>[number]

/** Who is told of incidents or alerts by webhook, and of which. */
export function WebhookForm({ webhook, close }: { webhook?: Webhook; close: () => void }) {
  const channels = useChannels()
  const [name, setName] = useState(webhook?.name ?? '')
  const [kind, setKind] = useState(webhook?.plugin_type ?? 'incident.webhook')
  const [isOn, setOn] = useState(webhook?.status !== 'disabled')
  const [secret, setSecret] = useState('')
  const [settings, setSettings] = useState(webhook?.settings ?? {})
  const save = useAct('/datasource/upsert', { said: t('Saved'), then: close })
  const put = (changed: Partial<typeof settings>) => setSettings({ ...settings, ...changed })
  const headers = Object.entries(settings.headers ?? {}).map(([key, value]) => `${key}: ${value}`)
  const isAction = kind === 'custom.action'
  const send = () =>
    save.mutate({
      ...(webhook ? { integration_id: webhook.integration_id } : { plugin_type: kind }),
      name,
      status: isOn ? 'enabled' : 'disabled',
      settings: { ...settings, filters: usableGroups(settings.filters ?? []) },
      ...(secret && { signing_secret: secret }),
    })
  return (
    <Modal opened onClose={close} title={webhook?.name ?? t('Add a webhook')} size="lg">
      <Stack>
        <TextInput
          label={t('Name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        {!webhook && (
          <Select
            label={t('What it tells')}
            allowDeselect={false}
            data={[
              { value: 'incident.webhook', label: t('what happens to incidents') },
              { value: 'alert.webhook', label: t('what happens to alerts') },
              { value: 'custom.action', label: t('an incident, when somebody presses its button') },
            ]}
            value={kind}
            onChange={(chosen) => setKind(chosen ?? kind)}
          />
        )}
        <TextInput
          type="url"
          label={t('Address of the webhook')}
          placeholder="https://hooks.example/tocsin"
          value={settings.endpoint ?? ''}
          onChange={(event) => put({ endpoint: event.currentTarget.value })}
        />
        <MultiSelect
          label={t('Channels')}
          description={t('Without any: of all')}
          data={channels}
          value={(settings.channel_ids ?? []).map(String)}
          onChange={(ids) => put({ channel_ids: ids.map(Number) })}
        />
        {!isAction && (
          <FilterGroups
            title={t('Only if')}
            groups={settings.filters ?? []}
            change={(filters) => put({ filters })}
          />
        )}
        <TagsInput
          label={t('Headers')}
          placeholder="Authorization: Bearer …"
          acceptValueOnBlur
          splitChars={[]}
          value={headers}
          onChange={(lines) => put({ headers: headersOf(lines) })}
        />
        <TextInput
          type="password"
          autoComplete="off"
          label={t('Secret that requests are signed with')}
          description={webhook?.has_signing_secret ? t('There is one; empty leaves it.') : ''}
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
        <Switch
          label={t('enabled')}
          checked={isOn}
          onChange={(event) => setOn(event.currentTarget.checked)}
        />
        <Button
          disabled={!name.trim() || !settings.endpoint?.trim()}
          loading={save.isPending}
          onClick={send}
        >
          {t('Save')}
        </Button>
      </Stack>
    </Modal>
  )
}

function headersOf(lines: string[]): Record<string, string> {
  return Object.fromEntries(
    lines
      .map((line) => /^([^:]+):\s*(.*)$/.exec(line))
      .flatMap((found) => (found ? [[found[1] ?? '', found[2] ?? '']] : [])),
  )
}
