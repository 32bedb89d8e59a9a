import { Checkbox } from '@mantine/core'
import { memo } from 'react'
import { Link } from 'react-router'
import { Ago } from '../parts/time'
import { ms, useNow } from '../words/time'
import { t } from '../words/words'
import styles from './incidents.module.css'
import { Progress } from './progress'
import type { Incident } from './use-list'

interface Shown {
  incident: Incident
  isCurrent: boolean
  isChosen: boolean
  top: number
  choose: (id: string) => void
}

/** One incident in the list; drawn again only where it changed, not as the list is scrolled. */
export const Row = memo(function Row({ incident, isCurrent, isChosen, top, choose }: Shown) {
  const people = incident.responders.map((each) => each.person_name).join(', ')
  const meta = [
    incident.num,
    incident.channel_name,
    t('alerts: {n}', { n: incident.alert_cnt }),
    people,
  ].filter(Boolean)
  return (
    <div
      className={styles.row}
      role="listitem"
      data-current={isCurrent || undefined}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span className={`${styles.edge} ${styles[incident.incident_severity]}`} />
      <Checkbox
        checked={isChosen}
        onChange={() => choose(incident.incident_id)}
        aria-label={t('Choose {title}', { title: incident.title })}
      />
      <div className={styles.words}>
        <Link to={`/incidents/${incident.incident_id}`} className={styles.title}>
          {incident.title}
        </Link>
        <div className={styles.meta}>{meta.join(' · ')}</div>
      </div>
      <div className={styles.state}>
        <State incident={incident} />
        <Ago at={ms(incident.start_time)} />
      </div>
    </div>
  )
})

function State({ incident }: { incident: Incident }) {
  const now = useNow()
  const snoozedUntil = ms(incident.snoozed_before)
  return <Progress of={incident.progress} isSnoozed={snoozedUntil > now} />
}
