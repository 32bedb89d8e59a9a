import type { Data } from '../api/call'
import { Card } from '../parts/frame'
import { Markdown } from '../parts/markdown'
import parts from '../parts/parts.module.css'
import { At } from '../parts/time'
import { ms } from '../words/time'
import { t } from '../words/words'
import { EditTexts } from './edit'

/** What is known of an incident beside its alerts, and how to edit it. */
export function Facts({ incident }: { incident: Data<'/incident/info'> }) {
  const fields = Object.entries(incident.fields)
  return (
    <Card title={t('Facts')} aside={<EditTexts incident={incident} />}>
      <dl className={parts.facts}>
        <dt>{t('Began')}</dt>
        <dd>
          <At at={ms(incident.start_time)} />
        </dd>
        <dt>{t('Acknowledged')}</dt>
        <dd>
          <At at={ms(incident.ack_time)} />
        </dd>
        <dt>{t('Closed')}</dt>
        <dd>
          <At at={ms(incident.close_time)} />
        </dd>
        <Text title={t('Impact')} text={incident.impact} />
        <Text title={t('Root cause')} text={incident.root_cause} />
        <Text title={t('Resolution')} text={incident.resolution} />
        {fields.map(([name, value]) => (
          <Text key={name} title={name} text={String(value ?? '')} />
        ))}
      </dl>
    </Card>
  )
}

function Text({ title, text }: { title: string; text: string }) {
  if (!text) return null
  return (
    <>
      <dt>{title}</dt>
      <dd>
        <Markdown text={text} />
      </dd>
    </>
  )
}
