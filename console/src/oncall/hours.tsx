import { ActionIcon, Button, Checkbox, MultiSelect, Select, TextInput } from '@mantine/core'
import { DAYS } from '../channels/windows'
import { useRead } from '../api/queries'
import { IconTrash } from '../parts/icons'
import parts from '../parts/parts.module.css'
import { fromLocal, ms, seconds, toLocal } from '../words/time'
import { t } from '../words/words'
import type { Layer } from './write'

const DAY_SECONDS = 86_400

interface Shown {
  layer: Layer
  zone: string
  put: (layer: Layer) => void
}

/** From when to when a layer holds, at which hours of which days, and when its turns change. */
export function Hours({ layer, zone, put }: Shown) {
  const account = useRead('/account/info', {}, { fresh: 300_000 })
  const set = (changed: Partial<Layer>) => put({ ...layer, ...changed })
  const end = layer.layer_end ?? 0
  const isWeekly = layer.rotation_unit === 'week' && layer.mode !== 1
  return (
    <div className={parts.stack}>
      <div className={parts.row}>
        <TextInput
          type="datetime-local"
          label={t('From')}
          description={zone}
          value={toLocal(ms(layer.layer_start ?? 0), zone)}
          onChange={(event) => {
            const at = fromLocal(event.currentTarget.value, zone)
            if (at) set({ layer_start: seconds(at) })
          }}
        />
        <TextInput
          type="datetime-local"
          label={t('Until')}
          description={zone}
          value={end ? toLocal(ms(end), zone) : ''}
          onChange={(event) =>
            set({ layer_end: seconds(fromLocal(event.currentTarget.value, zone)) })
          }
        />
        {isWeekly && (
          <Moment
            label={t('Turns change on')}
            isWeekly
            value={layer.handoff_time ?? 0}
            put={(handoff) => set({ handoff_time: handoff })}
          />
        )}
      </div>
      <div className={parts.row}>
        <Select
          label={t('Hours')}
          w={170}
          allowDeselect={false}
          data={[
            { value: '0', label: t('all of them') },
            { value: '1', label: t('some of each day') },
            { value: '2', label: t('some of each week') },
          ]}
          value={String(layer.restrict_mode ?? 0)}
          onChange={(mode) =>
            set({
              restrict_mode: Number(mode) as Layer['restrict_mode'],
              restrict_periods: mode === '0' ? [] : [first(mode === '2')],
            })
          }
        />
        <MultiSelect
          label={t('Days')}
          placeholder={layer.day_mask?.repeat?.length ? '' : t('every day')}
          miw={180}
          data={DAYS().map((label, value) => ({ value: String(value), label }))}
          value={(layer.day_mask?.repeat ?? []).map(String)}
          onChange={(days) => set({ day_mask: { repeat: days.map(Number).sort() } })}
        />
        {layer.mode !== 1 && (
          <Checkbox
            label={t('Other days each round')}
            checked={layer.fair_rotation ?? false}
            onChange={(event) => set({ fair_rotation: event.currentTarget.checked })}
          />
        )}
      </div>
      {(layer.restrict_mode ?? 0) > 0 && <Periods layer={layer} set={set} />}
      <p className={parts.soft}>
        {t('Hours and days are by the clocks of {zone}, also where these change.', {
          zone: account.data?.time_zone ?? '…',
        })}
      </p>
    </div>
  )
}

const first = (isWeekly: boolean) => ({
  restrict_start: 9 * 3600,
  restrict_end: 17 * 3600 + (isWeekly ? 4 * DAY_SECONDS : 0),
})

function Periods({ layer, set }: { layer: Layer; set: (changed: Partial<Layer>) => void }) {
  const periods = layer.restrict_periods ?? []
  const isWeekly = layer.restrict_mode === 2
  const change = (all: typeof periods) => set({ restrict_periods: all })
  return (
    <>
      {periods.map((each, place) => (
        <div key={place} className={parts.row}>
          <Moment
            label={t('From')}
            isWeekly={isWeekly}
            value={each.restrict_start}
            put={(at) => change(periods.with(place, { ...each, restrict_start: at }))}
          />
          <Moment
            label={t('Until')}
            isWeekly={isWeekly}
            value={each.restrict_end}
            put={(at) => change(periods.with(place, { ...each, restrict_end: at }))}
          />
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={t('Remove the time')}
            onClick={() => change(periods.toSpliced(place, 1))}
          >
            <IconTrash size={17} />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => change([...periods, first(isWeekly)])}
        >
          {t('Add a time')}
        </Button>
      </div>
    </>
  )
}

interface Instant {
  label: string
  isWeekly: boolean
  /** Seconds from midnight, or from Monday's. */
  value: number
  put: (value: number) => void
}

/** A time of day, in a week with its day. */
function Moment({ label, isWeekly, value, put }: Instant) {
  const weekday = Math.floor(value / DAY_SECONDS)
  const time = value % DAY_SECONDS
  const text = new Date(time * 1000).toISOString().slice(11, 16)
  const names = DAYS()
  return (
    <div className={parts.row}>
      {isWeekly && (
        <Select
          label={label}
          w={130}
          allowDeselect={false}
          data={[1, 2, 3, 4, 5, 6, 0].map((day, place) => ({
            value: String(place),
            label: names[day] ?? '',
          }))}
          value={String(weekday)}
          onChange={(day) => put(Number(day) * DAY_SECONDS + time)}
        />
      )}
      <TextInput
        type="time"
        label={isWeekly ? t('at') : label}
        value={text}
        onChange={(event) => {
          const [hours = 0, minutes = 0] = event.currentTarget.value.split(':').map(Number)
          put(weekday * DAY_SECONDS + hours * 3600 + minutes * 60)
        }}
      />
    </div>
  )
}
