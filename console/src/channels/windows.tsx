import { ActionIcon, Button, MultiSelect, Select, TextInput } from '@mantine/core'
import type { Schema } from '../api/call'
import { useRead } from '../api/queries'
import { IconTrash } from '../parts/icons'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'

export type Window = Schema['TimeFilter']

export const DAYS = () => [
  t('Sunday'),
  t('Monday'),
  t('Tuesday'),
  t('Wednesday'),
  t('Thursday'),
  t('Friday'),
  t('Saturday'),
]

interface Shown {
  windows: Window[]
  change: (windows: Window[]) => void
  /** What holds where there is none. */
  none: string
}

/** Hours of the week that come back, in the zone of the account; one of them must hold. */
export function Windows({ windows, change, none }: Shown) {
  const calendars = useRead('/calendar/list', {}, { fresh: 300_000 })
  const put = (place: number, changed: Partial<Window>) =>
    change(windows.map((each, other) => (other === place ? { ...each, ...changed } : each)))
  const days = DAYS().map((label, value) => ({ value: String(value), label }))
  return (
    <div className={parts.stack} role="group" aria-label={t('Times')}>
      {!windows.length && <span className={parts.soft}>{none}</span>}
      {windows.map((each, place) => (
        <div key={place} className={parts.row}>
          <MultiSelect
            label={t('Days')}
            placeholder={each.repeat?.length ? '' : t('every day')}
            miw={180}
            flex={1}
            data={days}
            value={(each.repeat ?? []).map(String)}
            onChange={(chosen) => put(place, { repeat: chosen.map(Number).sort() })}
          />
          <TextInput
            type="time"
            label={t('From')}
            value={each.start ?? ''}
            onChange={(event) => put(place, { start: event.currentTarget.value })}
          />
          <TextInput
            type="time"
            label={t('Until')}
            value={each.end ?? ''}
            onChange={(event) => put(place, { end: event.currentTarget.value })}
          />
          {(calendars.data?.items.length ?? 0) > 0 && (
            <Select
              label={t('Calendar')}
              clearable
              w={150}
              data={calendars.data?.items.map((one) => ({
                value: one.cal_id,
                label: one.cal_name,
              }))}
              value={each.cal_id || null}
              onChange={(id) => put(place, { cal_id: id ?? '' })}
            />
          )}
          {each.cal_id && (
            <Select
              label={t('On its')}
              w={120}
              allowDeselect={false}
              data={[
                { value: 'work', label: t('workdays') },
                { value: 'off', label: t('days off') },
              ]}
              value={each.is_off ? 'off' : 'work'}
              onChange={(which) => put(place, { is_off: which === 'off' })}
            />
          )}
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={t('Remove the time')}
            onClick={() => change(windows.filter((_, other) => other !== place))}
          >
            <IconTrash size={17} />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button
          size="xs"
          variant="default"
          onClick={() => change([...windows, { repeat: [], start: '09:00', end: '18:00' }])}
        >
          {t('Add a time')}
        </Button>
      </div>
    </div>
  )
}

/** Times in a few words. */
export function windowsInWords(windows: Window[]): string {
  const names = DAYS()
  return windows
    .map((each) => {
      const days = (each.repeat ?? []).map((day) => names[day]).join(', ') || t('every day')
      return `${days} ${each.start}–${each.end}`
    })
    .join('; ')
}
