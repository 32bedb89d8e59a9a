import { Checkbox, NumberInput, SegmentedControl, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Data } from '../api/call'
import { useAct } from '../api/queries'
import parts from '../parts/parts.module.css'
import { fromLocal, HOUR, ms, seconds, toLocal } from '../words/time'
import { t } from '../words/words'
import { FilterGroups, usableGroups, type Condition } from './filters'
import { labelOf, NoiseForm } from './noise-form'
import { Windows } from './windows'

type Rule = Data<'/channel/silence/rule/list'>['items'][number]

interface Shown {
  channelId: number
  rule?: Rule
  name?: string
  conditions?: Condition[]
  offers?: Record<string, string>
  incidentId?: string
  close: () => void
}

/** Silence what matches for some hours or at hours that come back, seeing first what that hides. */
export function SilenceDialog({ channelId, rule, name, conditions, ...rest }: Shown) {
  const { offers, incidentId, close } = rest
  const [label, setLabel] = useState(labelOf(rule, name))
  const [filters, setFilters] = useState(rule?.filters ?? (conditions ? [conditions] : []))
  const [isDiscarding, setDiscarding] = useState(rule?.is_directly_discard ?? false)
  const [span, setSpan] = useState(() => spanOf(rule))
  const [windows, setWindows] = useState(rule?.time_filters ?? [])
  const [way, setWay] = useState(windows.length ? 'again' : 'once')
  const create = useAct('/channel/silence/rule/create', { said: t('Silenced'), then: close })
  const update = useAct('/channel/silence/rule/update', { said: t('Saved'), then: close })
  const usable = usableGroups(filters)
  const times =
    way === 'once'
      ? { time_filter: { start_time: seconds(span.start), end_time: seconds(span.end) } }
      : { time_filters: windows }
  const terms = { channel_id: channelId, filters: usable, ...times }
  const isTimed = way === 'once' ? span.end > span.start : windows.length > 0
  const wish = { ...terms, ...label, is_directly_discard: isDiscarding }
  function save() {
    if (rule) update.mutate({ ...wish, rule_id: rule.rule_id, is_auto_delete: rule.is_auto_delete })
    else
      create.mutate({
        ...wish,
        is_auto_delete: way === 'once',
        ...(incidentId && { from_incident_id: incidentId }),
      })
  }
  return (
    <NoiseForm
      title={t('Silence')}
      label={label}
      setLabel={setLabel}
      preview="/channel/silence/rule/preview"
      wanted={usable.length && isTimed ? terms : null}
      isSaving={create.isPending || update.isPending}
      save={save}
      word={rule ? t('Save') : t('Silence')}
      close={close}
    >
      <SegmentedControl
        aria-label={t('Times')}
        value={way}
        onChange={setWay}
        data={[
          { value: 'once', label: t('once') },
          { value: 'again', label: t('again and again') },
        ]}
      />
      {way === 'once' ? (
        <Once span={span} change={setSpan} />
      ) : (
        <Windows windows={windows} change={setWindows} none={t('Add the times it holds at.')} />
      )}
      <FilterGroups
        title={t('What is silenced')}
        groups={filters}
        change={setFilters}
        offers={offers}
      />
      <Checkbox
        label={t('Keep nothing of what is hidden, not even the alert')}
        checked={isDiscarding}
        onChange={(event) => setDiscarding(event.currentTarget.checked)}
      />
    </NoiseForm>
  )
}

interface Span {
  start: number
  end: number
}

function spanOf(rule?: Rule): Span {
  const once = rule?.time_filter
  if (once?.end_time) return { start: ms(once.start_time), end: ms(once.end_time) }
  const start = Date.now()
  return { start, end: start + 2 * HOUR }
}

function Once({ span, change }: { span: Span; change: (span: Span) => void }) {
  const { start, end } = span
  return (
    <div className={parts.row}>
      <TextInput
        type="datetime-local"
        label={t('From')}
        value={toLocal(start)}
        onChange={(event) => {
          const from = fromLocal(event.currentTarget.value)
          if (from) change({ start: from, end: from + (end - start) })
        }}
      />
      <NumberInput
        label={t('Hours')}
        w={100}
        min={0.5}
        step={1}
        value={Math.round(((end - start) / HOUR) * 100) / 100}
        onChange={(value) => change({ start, end: start + (Number(value) || 1) * HOUR })}
      />
      <TextInput
        type="datetime-local"
        label={t('Until')}
        value={toLocal(end)}
        onChange={(event) => {
          const until = fromLocal(event.currentTarget.value)
          if (until) change({ start, end: until })
        }}
      />
    </div>
  )
}
