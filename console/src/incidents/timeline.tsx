import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { Markdown } from '../parts/markdown'
import { useNames } from '../parts/names'
import { clock, full } from '../words/time'
import { t } from '../words/words'
import { Comment } from './comment'
import styles from './incidents.module.css'
import { failure, peopleOf, sentence, type Entry } from './sentence'

const KINDS: Record<string, Entry['type'][]> = {
  all: [],
  told: ['i_notify', 'i_assign', 'i_a_rspd'],
  said: ['i_comm'],
  done: ['i_ack', 'i_unack', 'i_rslv', 'i_reopen', 'i_snooze', 'i_wake', 'i_merge', 'a_merge'],
}

/** What happened, newest first, as it happens. */
export function Timeline({ id }: { id: string }) {
  const [kind, setKind] = useState('all')
  const feed = useRead('/incident/feed', {
    incident_id: id,
    limit: 100,
    ...(kind !== 'all' && { types: KINDS[kind] }),
  })
  const name = useNames(peopleOf(feed.data?.items ?? []))
  return (
    <Card
      title={t('Timeline')}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={t('Show on the timeline')}
          value={kind}
          onChange={setKind}
          data={[
            { value: 'all', label: t('All') },
            { value: 'told', label: t('Told') },
            { value: 'said', label: t('Said') },
            { value: 'done', label: t('Done') },
          ]}
        />
      }
    >
      <Comment id={id} />
      <Answer to={feed}>
        {({ items }) =>
          items.length ? (
            <ol className={styles.timeline} aria-live="polite">
              {items.map((each, place) => (
                <One
                  key={`${each.created_at}-${each.type}-${items.length - place}`}
                  entry={each}
                  name={name}
                />
              ))}
            </ol>
          ) : (
            <Empty>{t('Nothing of that kind yet.')}</Empty>
          )
        }
      </Answer>
    </Card>
  )
}

function One({ entry, name }: { entry: Entry; name: (id: number) => string }) {
  const at = entry.created_at
  const failed = failure(entry)
  return (
    <li className={styles.entry} data-look={failed ? 'bad' : LOOKS[entry.type]}>
      <div>{sentence(entry, name)}</div>
      {failed && <div>{t('It did not arrive: {reason}', { reason: failed })}</div>}
      {'comment' in entry.detail && entry.detail.comment && (
        <Markdown text={entry.detail.comment} />
      )}
      <time className={styles.when} dateTime={new Date(at).toISOString()} title={full(at)}>
        {clock(at)}
        {entry.reason && ` · ${entry.reason}`}
      </time>
    </li>
  )
}

const LOOKS: Partial<Record<Entry['type'], string>> = {
  i_new: 'bad',
  i_reopen: 'bad',
  i_storm: 'bad',
  i_ack: 'good',
  i_rslv: 'good',
}
