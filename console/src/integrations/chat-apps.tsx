import { Button, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Data, Schema } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Code } from '../parts/code'
import { Card, Empty } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { t } from '../words/words'

type App = Data<'/datasource/list'>[number]
type Keys = Schema['ChatApp']

const FIELDS: Record<string, (keyof Keys)[]> = {
  slack_app: ['token', 'signing_secret'],
  feishu_app: ['app_id', 'app_secret', 'verification_token', 'encrypt_key'],
}

/** Apps whose messages carry buttons: incidents are acknowledged and resolved where people talk. */
export default function ChatApps() {
  const apps = useRead('/datasource/list', { category: 'im', limit: 100 })
  const [edited, setEdited] = useState<App | 'new' | null>(null)
  const mayManage = useMay('Integrations Manage')
  return (
    <Card
      title={t('Chat apps')}
      aside={
        mayManage && (
          <Button size="xs" variant="default" onClick={() => setEdited('new')}>
            {t('Add an app')}
          </Button>
        )
      }
    >
      <Answer to={apps}>
        {(items) =>
          items.length ? (
            <div className={parts.stack}>
              {items.map((each) => (
                <One key={each.integration_id} app={each} edit={() => setEdited(each)} />
              ))}
            </div>
          ) : (
            <Empty>
              {t('No chat apps yet. Chat robots need none: escalation rules name them.')}
            </Empty>
          )
        }
      </Answer>
      {edited && <Form app={edited === 'new' ? undefined : edited} close={() => setEdited(null)} />}
    </Card>
  )
}

function One({ app, edit }: { app: App; edit: () => void }) {
  const mayManage = useMay('Integrations Manage')
  const platform = app.plugin_type.replace('_app', '')
  return (
    <div>
      <div className={parts.row}>
        <strong>{app.name}</strong> {app.plugin_type_name}
        {app.status === 'disabled' && <Badge>{t('switched off')}</Badge>}
        {mayManage && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t('Edit {name}', { name: app.name })}
            onClick={edit}
          >
            {t('Edit')}
          </Button>
        )}
      </div>
      <Code
        label={t('Where the platform sends what people press')}
        text={`${location.origin}/chat/${platform}/${app.integration_key}`}
      />
    </div>
  )
}

function Form({ app, close }: { app?: App; close: () => void }) {
  const [name, setName] = useState(app?.name ?? '')
  const [kind, setKind] = useState(app?.plugin_type ?? 'slack_app')
  const [keys, setKeys] = useState<Keys>(app?.settings.app ?? {})
  const save = useAct('/datasource/upsert', { said: t('Saved'), then: close })
  return (
    <Modal opened onClose={close} title={app?.name ?? t('Add an app')}>
      <Stack>
        <TextInput
          label={t('Name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        {!app && (
          <Select
            label={t('Platform')}
            allowDeselect={false}
            data={[
              { value: 'slack_app', label: 'Slack' },
              { value: 'feishu_app', label: 'Feishu' },
            ]}
            value={kind}
            onChange={(chosen) => setKind(chosen ?? kind)}
          />
        )}
        {(FIELDS[kind] ?? []).map((key) => (
          <TextInput
            key={key}
            label={key}
            autoComplete="off"
            value={keys[key] ?? ''}
            onChange={(event) => setKeys({ ...keys, [key]: event.currentTarget.value })}
          />
        ))}
        <Button
          disabled={!name.trim()}
          loading={save.isPending}
          onClick={() =>
            save.mutate({
              ...(app ? { integration_id: app.integration_id } : { plugin_type: kind }),
              name,
              settings: { app: keys },
            })
          }
        >
          {t('Save')}
        </Button>
      </Stack>
    </Modal>
  )
}
