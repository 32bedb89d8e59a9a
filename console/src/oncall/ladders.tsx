import { Select } from '@mantine/core'
import { useState } from 'react'
import type { Data } from '../api/call'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { useChannels, useNames, useTeams } from '../parts/names'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { MINUTE, span } from '../words/time'
import { t } from '../words/words'
import styles from './oncall.module.css'

type Rule = Data<'/channel/escalate/rule/list'>['items'][number]
type Layer = Rule['layers'][number]

/** The escalation rules of a channel, drawn as ladders. */
export default function Ladders() {
  const channels = useChannels()
  const [chosen, setChosen] = useState<string | null>(null)
  const channel = chosen ?? channels[0]?.value
  const rules = useRead(
    '/channel/escalate/rule/list',
    { channel_id: Number(channel) },
    { enabled: channel !== undefined },
  )
  return (
    <div className={parts.stack}>
      <Select
        label={t('Channel')}
        maw={320}
        allowDeselect={false}
        data={channels}
        value={channel ?? null}
        onChange={setChosen}
      />
      {channel && (
        <Answer to={rules}>
          {({ items }) =>
            items.length ? (
              items.map((each) => <Ladder key={each.rule_id} rule={each} />)
            ) : (
              <Empty>{t('The channel has no escalation rule: nobody is told.')}</Empty>
            )
          }
        </Answer>
      )}
    </div>
  )
}

export function Ladder({ rule }: { rule: Rule }) {
  return (
    <Card
      title={rule.rule_name}
      aside={rule.status === 'disabled' && <Badge>{t('switched off')}</Badge>}
    >
      <ol className={styles.ladder}>
        {rule.layers.map((layer, place) => (
          <li key={place} className={styles.rung} data-level={place + 1}>
            <Target of={layer.target} />
            <div className={parts.soft}>
              {(layer.max_times ?? 0) > 1 &&
                t('{n} times, each {span}', {
                  n: layer.max_times ?? 1,
                  span: span((layer.notify_step ?? 5) * MINUTE),
                })}{' '}
              {place + 1 < rule.layers.length &&
                (layer.escalate_window
                  ? t('then after {span}', { span: span(layer.escalate_window * MINUTE) })
                  : t('never goes on'))}
            </div>
          </li>
        ))}
      </ol>
    </Card>
  )
}

function Target({ of }: { of: Layer['target'] }) {
  const name = useNames(of.person_ids ?? [])
  const teams = useTeams()
  const schedules = useRead('/schedule/list', { limit: 100 }, { fresh: 300_000 })
  const scheduleName = (id: string) =>
    schedules.data?.items.find((each) => String(each.schedule_id) === id)?.schedule_name ?? id
  const named = [
    ...(of.person_ids ?? []).map(name),
    ...(of.team_ids ?? []).map(
      (id) => teams.find((each) => each.value === String(id))?.label ?? String(id),
    ),
    ...Object.keys(of.schedule_to_role_ids ?? {}).map((id) =>
      t('on call in {name}', { name: scheduleName(id) }),
    ),
    ...(of.emails ?? []),
    ...(of.webhooks ?? []).map((each) => each.type),
  ]
  return <strong>{named.join(', ') || t('nobody')}</strong>
}
