import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Data } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { t } from '../words/words'
import { WebhookForm } from './webhook-form'
import { WebhookHistory } from './webhook-history'

type Webhook = Data<'/datasource/list'>[number]

/** Who is told by webhook, how they are doing, and every try of the last week. */
export default function Webhooks() {
  const webhooks = useRead('/datasource/list', { category: 'webhook', limit: 100 })
  const targets = useRead('/webhook/target/list', {})
  const [edited, setEdited] = useState<Webhook | 'new' | null>(null)
  const mayManage = useMay('Integrations Manage')
  return (
    <div className={parts.stack}>
      <Card
        title={t('Receivers')}
        aside={
          mayManage && (
            <Button size="xs" variant="default" onClick={() => setEdited('new')}>
              {t('Add a webhook')}
            </Button>
          )
        }
      >
        <Answer to={webhooks}>
          {(items) =>
            items.length ? (
              items.map((each) => (
                <Receiver
                  key={each.integration_id}
                  webhook={each}
                  target={targets.data?.items.find(
                    (one) => one.integration_id === each.integration_id,
                  )}
                  edit={() => setEdited(each)}
                />
              ))
            ) : (
              <Empty>{t('No webhooks.')}</Empty>
            )
          }
        </Answer>
      </Card>
      <WebhookHistory webhooks={webhooks.data ?? []} />
      {edited && (
        <WebhookForm
          webhook={edited === 'new' ? undefined : edited}
          close={() => setEdited(null)}
        />
      )}
    </div>
  )
}

interface Shown {
  webhook: Webhook
  target?: Data<'/webhook/target/list'>['items'][number]
  edit: () => void
}

function Receiver({ webhook, target, edit }: Shown) {
  const resume = useAct('/webhook/target/resume', { said: t('Going on') })
  const mayManage = useMay('Integrations Manage')
  const states = { working: t('working'), failing: t('failing'), paused: t('paused') }
  const id = { integration_id: webhook.integration_id }
  return (
    <div className={parts.row}>
      <strong>{webhook.name}</strong>
      <span className={parts.soft}>{webhook.settings.endpoint}</span>
      {webhook.status === 'disabled' && <Badge>{t('switched off')}</Badge>}
      {target && (
        <Badge look={target.state === 'working' ? 'Ok' : 'Critical'}>{states[target.state]}</Badge>
      )}
      {target?.last_error}
      {target && target.waiting > 0 && t('{n} waiting', { n: target.waiting })}
      {target?.state === 'paused' && mayManage && (
        <Button size="compact-xs" onClick={() => resume.mutate(id)}>
          {t('Go on')}
        </Button>
      )}
      {mayManage && (
        <Button
          size="compact-xs"
          variant="default"
          aria-label={t('Edit {name}', { name: webhook.name })}
          onClick={edit}
        >
          {t('Edit')}
        </Button>
      )}
    </div>
  )
}
