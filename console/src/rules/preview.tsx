import type { Data } from '../api/call'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { useChannels } from '../parts/names'
import parts from '../parts/parts.module.css'
import { Badge, Severity } from '../parts/severity'
import { Ago } from '../parts/time'
import { ms } from '../words/time'
import { t } from '../words/words'
import { outcome } from '../incidents/story'
import { same, type Draft, type Route } from './draft'
import { finished } from './finished'
import styles from './rules.module.css'

type Rehearsal = Data<'/datasource/rules/preview'>
type Tried = Rehearsal['items'][number]
type Made = Tried['after']

/** What rules as they are being written make of what really came, beside what becomes of it now. */
export function Preview({
  integration,
  draft,
}: {
  integration: Data<'/datasource/desc'>
  draft: Draft
}) {
  const tried = finished(draft)
  const found = useRead('/datasource/rules/preview', {
    integration_id: integration.integration_id,
    enrichment_rules: tried.enrichment,
    pipeline_rules: tried.pipeline,
    route: leads(tried.route) && !integration.channel_id ? tried.route : null,
  })
  return (
    <div className={styles.sticky} tabIndex={0} role="region" aria-label={t('Preview')}>
      <Card title={t('On the events of the last seven days')}>
        {!same(tried, draft) && (
          <p className={parts.soft}>{t('What is not finished yet is left out.')}</p>
        )}
        {found.error && <p role="alert">{found.error.message}</p>}
        {!found.error && <Answer to={found}>{(shown) => <Shown found={shown} />}</Answer>}
      </Card>
    </div>
  )
}

const leads = ({ cases = [], default: rest = {} }: Route): boolean =>
  cases.length > 0 || (rest.channel_ids ?? []).length > 0

function Shown({ found }: { found: Rehearsal }) {
  const channels = useChannels()
  const name = (id: number) => channels.find((each) => each.value === String(id))?.label ?? `#${id}`
  if (!found.event_total) return <Empty>{t('Nothing came in the last seven days.')}</Empty>
  return (
    <>
      <p role="status">
        {t(
          'Of {all} events {changed} would change, {dropped} be dropped, {unrouted} find no channel.',
          {
            all: found.event_total,
            changed: found.changed_total,
            dropped: found.dropped_total,
            unrouted: found.unrouted_total,
          },
        )}
      </p>
      {found.items.map((each) => (
        <One key={each.trace_id} tried={each} name={name} />
      ))}
    </>
  )
}

function One({ tried, name }: { tried: Tried; name: (id: number) => string }) {
  const { before, after, given } = tried
  return (
    <div className={styles.event}>
      <div className={parts.row}>
        {after.event_status && <Severity of={after.event_status} />}
        <strong>{after.title || given.title}</strong>
        <span className={parts.soft}>
          <Ago at={ms(tried.received_at)} />
        </span>
        {tried.is_changed && <Badge look="Info">{t('changes')}</Badge>}
      </div>
      <div>
        → {after.outcome ? outcome(after.outcome) : goal(after, name)}
        {tried.is_changed && goal(before, name) !== goal(after, name) && (
          <span className={parts.soft}> ({t('now: {what}', { what: goal(before, name) })})</span>
        )}
      </div>
      {tried.is_changed && !after.outcome && <Changes before={before} after={after} />}
      <details>
        <summary>{t('Why')}</summary>
        <ol>
          {after.steps.map((step, place) => (
            <li key={place}>{step.text}</li>
          ))}
        </ol>
      </details>
    </div>
  )
}

function goal(made: Made, name: (id: number) => string): string {
  if (made.outcome) return outcome(made.outcome)
  return made.channel_ids.map(name).join(', ') || t('wherever its alert is open')
}

/** What differs between the two: texts and labels that go, and those that come. */
function Changes({ before, after }: { before: Made; after: Made }) {
  const texts = (['title', 'description', 'event_status'] as const).filter(
    (key) => !before.outcome && before[key] !== after[key],
  )
  const labels = [...new Set([...Object.keys(before.labels), ...Object.keys(after.labels)])].filter(
    (key) => before.labels[key] !== after.labels[key],
  )
  return (
    <ul>
      {texts.map((key) => (
        <Change key={key} name={key} was={before[key] ?? ''} is={after[key] ?? ''} />
      ))}
      {labels.map((key) => (
        <Change
          key={key}
          name={`labels.${key}`}
          was={before.labels[key] ?? ''}
          is={after.labels[key] ?? ''}
        />
      ))}
    </ul>
  )
}

function Change({ name, was, is }: { name: string; was: string; is: string }) {
  return (
    <li>
      {name}: {was && <span className={styles.gone}>{was}</span>}{' '}
      {is && <span className={styles.come}>{is}</span>}
    </li>
  )
}
