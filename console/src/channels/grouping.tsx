import {
  Button,
  NumberInput,
  SegmentedControl,
  Select,
  Slider,
  Switch,
  TagsInput,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import type { Data, Schema } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card } from '../parts/frame'
import { useUnsaved } from '../parts/unsaved'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'
import rules from '../rules/rules.module.css'
import { same } from '../rules/draft'
import { Steps } from '../rules/steps'
import { Conditions, inWords, usable } from './filters'

type Channel = Data<'/channel/info'>
type Group = Schema['Group']
type Case = Schema['GroupCase']

const KEYS = ['title', 'severity', 'labels.host', 'labels.service', 'labels.cluster']

/** Which alerts of a channel share an incident, tried on those of the last days. */
export function Grouping({ channel }: { channel: Channel }) {
  const saved: Group = channel.group ?? { method: 'n' }
  const [group, setGroup] = useState(saved)
  const [closes, setCloses] = useState(channel.auto_resolve_timeout ?? 0)
  const [base, setBase] = useState({ group, closes })
  const save = useAct('/channel/update', {
    said: t('Saved'),
    then: () => setBase({ group, closes }),
  })
  const { question } = useUnsaved(!same({ group, closes }, base))
  const mayManage = useMay('Channels Manage')
  const put = (changed: Partial<Group>) => setGroup({ ...group, ...changed })
  return (
    <div className={parts.columns}>
      <Card
        title={t('Grouping')}
        aside={
          mayManage && (
            <Button
              size="xs"
              loading={save.isPending}
              onClick={() =>
                save.mutate({
                  channel_id: channel.channel_id,
                  group,
                  auto_resolve_timeout: closes,
                })
              }
            >
              {t('Save')}
            </Button>
          )
        }
      >
        <div className={parts.stack}>
          <SegmentedControl
            aria-label={t('How')}
            value={group.method}
            onChange={(method) => put({ method: method as Group['method'] })}
            data={[
              { value: 'n', label: t('not at all') },
              { value: 'p', label: t('by rules') },
              { value: 'i', label: t('by likeness') },
            ]}
          />
          {group.method === 'p' && <ByRules group={group} put={put} />}
          {group.method === 'i' && <ByLikeness group={group} put={put} />}
          {group.method !== 'n' && <Bounds group={group} put={put} />}
          <NumberInput
            label={t('An incident closes by itself after so many hours; 0: never')}
            min={0}
            max={720}
            value={closes / 3600}
            onChange={(hours) => setCloses(Math.round(Number(hours) * 3600))}
          />
        </div>
      </Card>
      <Preview channelId={channel.channel_id} group={group} />
      {question}
    </div>
  )
}

interface Shown {
  group: Group
  put: (changed: Partial<Group>) => void
}

function ByRules({ group, put }: Shown) {
  return (
    <>
      <KeyLists
        lists={group.equals ?? []}
        change={(equals) => put({ equals })}
        title={t('Alerts go together that have the same')}
      />
      <Switch
        label={t('Two that both lack a value do not go together by it')}
        checked={group.all_equals_required ?? false}
        onChange={(event) => put({ all_equals_required: event.currentTarget.checked })}
      />
      <h3>{t('Other keys for some alerts')}</h3>
      <Steps
        items={group.cases ?? []}
        change={(cases) => put({ cases })}
        title={(each) => t('If {what}', { what: inWords([each.if ?? []]) })}
      >
        {(one, change) => (
          <>
            <Conditions
              conditions={one.if ?? []}
              change={(conditions) => change({ ...one, if: conditions })}
            />
            <KeyLists
              lists={listsOf(one)}
              change={(equals) => change({ ...one, equals })}
              title={t('they go together by')}
            />
          </>
        )}
      </Steps>
      <div>
        <Button
          size="xs"
          variant="default"
          onClick={() =>
            put({
              cases: [
                ...(group.cases ?? []),
                { if: [{ key: 'severity', oper: 'IN', vals: ['Critical'] }], equals: [['title']] },
              ],
            })
          }
        >
          {t('Add a case')}
        </Button>
      </div>
    </>
  )
}

/** The lists of keys of a case; keys that stand outside of any are one list together. */
function listsOf({ equals = [] }: Case): string[][] {
  const flat = equals.filter((each) => typeof each === 'string')
  const lists = equals.filter((each) => typeof each !== 'string')
  return flat.length ? [flat, ...lists] : lists
}

interface Lists {
  lists: string[][]
  change: (lists: string[][]) => void
  title: string
}

function KeyLists({ lists, change, title }: Lists) {
  const shown = lists.length ? lists : [[]]
  return (
    <>
      {shown.map((keys, place) => (
        <TagsInput
          key={place}
          label={place ? t('or the same') : title}
          placeholder="labels.host"
          data={KEYS}
          acceptValueOnBlur
          value={keys}
          onChange={(changed) =>
            change(shown.with(place, changed).filter((each) => each.length > 0))
          }
        />
      ))}
      {lists.length > 0 && lists.length < 5 && (
        <div>
          <Button size="compact-xs" variant="subtle" onClick={() => change([...lists, ['title']])}>
            {t('Or something else')}
          </Button>
        </div>
      )}
    </>
  )
}

function ByLikeness({ group, put }: Shown) {
  return (
    <>
      <TagsInput
        label={t('Compared are')}
        description={t('Without any: title, description, service and resource')}
        data={KEYS}
        acceptValueOnBlur
        value={group.i_keys ?? []}
        onChange={(keys) => put({ i_keys: keys })}
      />
      <div>
        <span>{t('At least so alike')}</span>
        <Slider
          thumbLabel={t('At least so alike')}
          min={0.5}
          max={1}
          step={0.05}
          label={(value) => value.toFixed(2)}
          value={group.i_score_threshold || 0.8}
          onChange={(value) => put({ i_score_threshold: value })}
        />
      </div>
    </>
  )
}

function Bounds({ group, put }: Shown) {
  return (
    <div className={rules.fields}>
      <NumberInput
        label={t('Within minutes; 0: while it is open')}
        min={0}
        max={43_200}
        value={group.time_window ?? 0}
        onChange={(value) => put({ time_window: Number(value) || 0 })}
      />
      <Select
        label={t('Counted from')}
        allowDeselect={false}
        data={[
          { value: 'tumbling', label: t('its beginning') },
          { value: 'sliding', label: t('the last alert') },
        ]}
        value={group.window_type ?? 'tumbling'}
        onChange={(type) => put({ window_type: type as Group['window_type'] })}
      />
      <TagsInput
        label={t('A storm is told at so many alerts')}
        placeholder="10, 50"
        acceptValueOnBlur
        value={(group.storm_thresholds ?? []).map(String)}
        onChange={(counts) =>
          put({ storm_thresholds: counts.map(Number).filter((each) => each > 1) })
        }
      />
    </div>
  )
}

function Preview({ channelId, group }: { channelId: number; group: Group }) {
  const [settled] = useDebouncedValue(group, 400)
  const cases = (settled.cases ?? []).filter(
    (each) => usable(each.if ?? []).length === each.if?.length,
  )
  const found = useRead('/channel/group/preview', {
    channel_id: channelId,
    group: { ...settled, cases },
  })
  return (
    <Card title={t('On the alerts of the last seven days')}>
      {found.error && <p role="alert">{found.error.message}</p>}
      {!found.error && (
        <Answer to={found}>
          {(tried) => (
            <>
              <p role="status">
                {t('{alerts} alerts would be {incidents} incidents; they are {now}.', {
                  alerts: tried.alert_total,
                  incidents: tried.incident_total,
                  now: tried.incident_total_now,
                })}
              </p>
              {tried.items.map((each, place) => (
                <div key={place} className={rules.event}>
                  <strong>{t('{n} alerts', { n: each.alert_total })}</strong>{' '}
                  <span className={parts.soft}>{each.common}</span>
                  <ul>
                    {each.alerts.map((alert) => (
                      <li key={alert.alert_id}>{alert.title}</li>
                    ))}
                  </ul>
                </div>
              ))}
            </>
          )}
        </Answer>
      )}
    </Card>
  )
}
