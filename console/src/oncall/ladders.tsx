import { ActionIcon, Button, Select, Switch } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Data } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { inWords } from '../channels/filters'
import { useToggle } from '../channels/rule-table'
import { windowsInWords } from '../channels/windows'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { IconTrash } from '../parts/icons'
import { useChannels, useNames, useTeams } from '../parts/names'
import parts from '../parts/parts.module.css'
import { MINUTE, span } from '../words/time'
import { t } from '../words/words'
import styles from './oncall.module.css'

export type Rule = Data<'/channel/escalate/rule/list'>['items'][number]
type Layer = Rule['layers'][number]

/** The escalation rules of a channel, drawn as ladders. */
export default function Ladders() {
  const channels = useChannels()
  const [chosen, setChosen] = useState<string | null>(null)
  const channel = chosen ?? channels[0]?.value
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
      {channel && <LadderBoard channelId={Number(channel)} />}
    </div>
  )
}

/** All ladders of a channel, in the order in which they are tried. */
export function LadderBoard({ channelId }: { channelId: number }) {
  const rules = useRead('/channel/escalate/rule/list', { channel_id: channelId })
  const mayManage = useMay('Channels Manage')
  return (
    <div className={parts.stack}>
      <Answer to={rules}>
        {({ items }) =>
          items.length ? (
            <>
              {items.map((each) => (
                <Ladder key={each.rule_id} rule={each} />
              ))}
            </>
          ) : (
            <Empty>{t('The channel has no escalation rule: nobody is told.')}</Empty>
          )
        }
      </Answer>
      {mayManage && (
        <div>
          <Button component={Link} to={`/channels/${channelId}/escalation/new`}>
            {t('Add an escalation rule')}
          </Button>
        </div>
      )}
    </div>
  )
}

function Ladder({ rule }: { rule: Rule }) {
  const mayManage = useMay('Channels Manage')
  const { channel_id, rule_id } = rule
  const remove = useAct('/channel/escalate/rule/delete', { said: t('Removed') })
  const toggle = useToggle<Rule>(
    useAct('/channel/escalate/rule/enable'),
    useAct('/channel/escalate/rule/disable'),
    channel_id,
  )
  return (
    <Card
      title={rule.rule_name}
      aside={
        mayManage && (
          <>
            <Switch
              aria-label={t('{name} is in force', { name: rule.rule_name })}
              checked={rule.status === 'enabled'}
              onChange={() => toggle(rule)}
            />
            <Button
              size="xs"
              variant="default"
              component={Link}
              to={`/channels/${channel_id}/escalation/${rule_id}`}
            >
              {t('Edit')}
            </Button>
            <ActionIcon
              variant="subtle"
              color="red"
              aria-label={t('Remove {name}', { name: rule.rule_name })}
              onClick={() => remove.mutate({ channel_id, rule_id })}
            >
              <IconTrash size={17} />
            </ActionIcon>
          </>
        )
      }
    >
      <p className={parts.soft}>
        {inWords(rule.filters)}
        {rule.time_filters.length > 0 && ` · ${windowsInWords(rule.time_filters)}`}
      </p>
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
