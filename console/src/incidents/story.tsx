import { useState } from 'react'
import { Select } from '@mantine/core'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { Badge } from '../parts/severity'
import { At } from '../parts/time'
import { ms } from '../words/time'
import { t } from '../words/words'
import styles from './incidents.module.css'

/** Why the events of an incident became what they became, told step by step. */
export default function Story({ id }: { id: string }) {
  const alerts = useRead('/incident/alert/list', { incident_id: id, limit: 100 })
  const [chosen, setChosen] = useState<string | null>(null)
  const alert = chosen ?? alerts.data?.items[0]?.alert_id
  return (
    <Answer to={alerts}>
      {({ items }) =>
        alert ? (
          <>
            {items.length > 1 && (
              <Select
                mb="md"
                label={t('Alert')}
                allowDeselect={false}
                data={items.map((each) => ({ value: each.alert_id, label: each.title }))}
                value={alert}
                onChange={setChosen}
              />
            )}
            <Trace alertId={alert} />
          </>
        ) : (
          <Empty>{t('It has no alerts: somebody reported it by hand.')}</Empty>
        )
      }
    </Answer>
  )
}

function Trace({ alertId }: { alertId: string }) {
  const trace = useRead('/alert/trace', { alert_id: alertId, limit: 20 })
  return (
    <Answer to={trace}>
      {({ items }) =>
        items.map((each) => (
          <Card
            key={each.trace_id}
            title={each.given.title ?? each.given.text ?? each.alert_key}
            aside={<Badge>{outcome(each.outcome)}</Badge>}
          >
            <ol className={styles.story}>
              {each.steps.map((step, place) => (
                <li key={place}>{step.text}</li>
              ))}
            </ol>
            <p className={styles.when}>
              <At at={ms(each.received_at)} />
              {each.count > 1 && ` · ${t('times: {n}', { n: each.count })}`}
            </p>
          </Card>
        ))
      }
    </Answer>
  )
}

export function outcome(name: string): string {
  const words: Record<string, string> = {
    opened: t('opened an incident'),
    merged: t('joined an incident'),
    updated: t('changed its alert'),
    repeated: t('said nothing new'),
    recovered: t('recovered'),
    muted: t('was silenced'),
    dropped: t('was dropped'),
    unrouted: t('found no channel'),
    nothing_to_recover: t('had nothing to recover'),
    acknowledged: t('acknowledged'),
    remarked: t('remarked'),
    no_open_alert: t('found no open alert'),
  }
  return words[name] ?? name
}
