import { useQueries } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Data } from '../api/call'
import { read } from '../api/queries'
import { peopleOf, sentence } from '../incidents/sentence'
import { Card, Empty } from '../parts/frame'
import { useNames } from '../parts/names'
import parts from '../parts/parts.module.css'
import { Ago } from '../parts/time'
import { t } from '../words/words'
import styles from './now.module.css'

type Incident = Data<'/incident/list'>['items'][number]

/** The latest things that happened to the newest open incidents, as they happen. */
export function Feed({ incidents }: { incidents: Incident[] }) {
  const newest = incidents.slice(0, 6)
  const feeds = useQueries({
    queries: newest.map(({ incident_id }) => {
      const body = { incident_id, limit: 10 }
      return {
        queryKey: ['/incident/feed', body],
        queryFn: ({ signal }: { signal: AbortSignal }) => read('/incident/feed', body, signal),
      }
    }),
  })
  const entries = feeds
    .flatMap((each, place) =>
      (each.data?.items ?? []).map((entry) => ({ entry, incident: newest[place] })),
    )
    .sort((one, other) => other.entry.created_at - one.entry.created_at)
    .slice(0, 15)
  const name = useNames(peopleOf(entries.map((each) => each.entry)))
  return (
    <Card title={t('Happening')}>
      {entries.length === 0 && <Empty>{t('Quiet.')}</Empty>}
      <ul className={styles.burning} aria-live="polite">
        {entries.map(({ entry, incident }, place) => (
          <li key={`${entry.ref_id}-${entry.created_at}-${place}`}>
            <div className={styles.what}>
              {sentence(entry, name)}
              <div className={parts.soft}>
                <Ago at={entry.created_at} /> ·{' '}
                <Link to={`/incidents/${entry.ref_id}`}>{incident?.title}</Link>
              </div>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  )
}
