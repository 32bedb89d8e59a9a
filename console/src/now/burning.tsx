import { Button } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Data, Refusal } from '../api/call'
import { useAct } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Severity } from '../parts/severity'
import { Ago } from '../parts/time'
import { ms } from '../words/time'
import { t } from '../words/words'
import styles from './now.module.css'

type Page = Data<'/incident/list'>
type Incident = Page['items'][number]

const RANK = { Critical: 0, Warning: 1, Info: 2, Ok: 3 }

/** Open incidents, the worst first, each with one thing to do. */
export function Burning({ incidents }: { incidents: UseQueryResult<Page, Refusal> }) {
  return (
    <Card title={t('Burning')} aside={<Link to="/incidents">{t('All incidents')}</Link>}>
      <Answer to={incidents}>
        {({ items }) =>
          items.length ? (
            <ul className={styles.burning}>
              {[...items]
                .sort(worse)
                .slice(0, 8)
                .map((each) => (
                  <One key={each.incident_id} incident={each} />
                ))}
            </ul>
          ) : (
            <Empty>{t('Nothing burns.')}</Empty>
          )
        }
      </Answer>
    </Card>
  )
}

function worse(one: Incident, other: Incident): number {
  const waits = Number(one.progress !== 'Triggered') - Number(other.progress !== 'Triggered')
  return waits || RANK[one.incident_severity] - RANK[other.incident_severity]
}

function One({ incident }: { incident: Incident }) {
  const mayManage = useMay('Incidents Manage')
  const acknowledge = useAct('/incident/ack', { said: t('Acknowledged') })
  const people = incident.responders.map((each) =>
    each.acknowledged_at
      ? t('{name} has it', { name: each.person_name })
      : t('{name} was told', { name: each.person_name }),
  )
  return (
    <li>
      <Severity of={incident.incident_severity} />
      <div className={styles.what}>
        <Link to={`/incidents/${incident.incident_id}`}>{incident.title}</Link>
        <div className={parts.soft}>
          <Ago at={ms(incident.start_time)} />
          {incident.channel_name && ` · ${incident.channel_name}`}
          {' · '}
          {people.length ? people.join(', ') : t('nobody was told')}
        </div>
      </div>
      {mayManage && incident.progress === 'Triggered' && (
        <Button
          size="xs"
          loading={acknowledge.isPending}
          onClick={() => acknowledge.mutate({ incident_ids: [incident.incident_id] })}
        >
          {t('Acknowledge')}
        </Button>
      )}
    </li>
  )
}
