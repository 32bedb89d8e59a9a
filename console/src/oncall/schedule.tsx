import { Button, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useParams } from 'react-router'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card, Head } from '../parts/frame'
import { useNames } from '../parts/names'
import parts from '../parts/parts.module.css'
import { useUnsaved } from '../parts/unsaved'
import { addDays, fromLocal, seconds, toLocal } from '../words/time'
import { t } from '../words/words'
import { AtInstant } from './at-instant'
import { Board } from './board'
import { Layers } from './layers'
import { Override } from './override'
import { peopleOf, type Schedule } from './shifts'
import { sent, type Layer } from './write'

const ZONES = Intl.supportedValuesOf('timeZone')
const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

export function Component() {
  const { id = '' } = useParams()
  const [zone, setZone] = useState(OWN_ZONE)
  const [day, setDay] = useState(() => toLocal(Date.now(), OWN_ZONE).slice(0, 10))
  const [days, setDays] = useState('14')
  const start = fromLocal(`${day}T00:00`, zone)
  const end = addDays(start, Number(days), zone)
  const window = { start: seconds(start), end: seconds(end) }
  const move = (by: number) =>
    setDay(toLocal(addDays(start, by * Number(days), zone), zone).slice(0, 10))
  const schedule = useRead('/schedule/info', { schedule_id: Number(id), ...window })
  return (
    <Answer to={schedule}>
      {(found) => (
        <Editor
          key={found.schedule_id}
          saved={found}
          window={window}
          span={{ zone, setZone, day, setDay, days, setDays, move }}
        />
      )}
    </Answer>
  )
}

interface Shown {
  saved: Schedule
  window: { start: number; end: number }
  span: Span
}

/** Which days are shown, by the clocks of which zone. */
interface Span {
  zone: string
  setZone: (zone: string) => void
  day: string
  setDay: (day: string) => void
  days: string
  setDays: (days: string) => void
  move: (by: number) => void
}

/** A schedule on a timeline. What is edited is previewed by the server until it is saved. */
function Editor({ saved, window, span }: Shown) {
  const { zone } = span
  const [edited, setEdited] = useState<Layer[] | null>(null)
  const { question } = useUnsaved(edited !== null)
  const [drawn, setDrawn] = useState<[number, number] | null>(null)
  const mayManage = useMay('Schedules Manage')
  const layers = edited ?? saved.layers.map(sent)
  const preview = useRead(
    '/schedule/preview',
    { ...window, schedule_name: saved.schedule_name ?? '', layers },
    { enabled: edited !== null },
  )
  /** Moves the beginning and the end of a layer; a rotation's turns move with its beginning. */
  function shift(place: number, from: number, to: number) {
    const layer = layers[place]
    if (!layer) return
    const start = (layer.layer_start ?? 0) + seconds(layer.mode === 1 ? from : from || to)
    const end = layer.layer_end ? layer.layer_end + seconds(to) : layer.layer_end
    if (end && end <= start) return
    setEdited(layers.with(place, { ...layer, layer_start: start, layer_end: end }))
  }

  const save = useAct('/schedule/update', { said: t('Saved'), then: () => setEdited(null) })
  const shown = edited && preview.data ? preview.data : saved
  const name = useNames([shown.final_schedule, ...shown.schedule_layers].flatMap(peopleOf))
  return (
    <>
      <Head title={saved.schedule_name ?? ''}>
        <SpanFields {...span} />
      </Head>
      <div className={parts.stack}>
        <Card
          title={edited ? t('Preview: nothing is saved yet') : t('Shifts')}
          aside={
            edited && (
              <>
                <Button size="xs" variant="default" onClick={() => setEdited(null)}>
                  {t('Discard')}
                </Button>
                <Button
                  size="xs"
                  loading={save.isPending}
                  onClick={() => save.mutate({ schedule_id: saved.schedule_id, layers })}
                >
                  {t('Save')}
                </Button>
              </>
            )
          }
        >
          {preview.error && edited && <p role="alert">{preview.error.message}</p>}
          <Board
            start={window.start * 1000}
            end={window.end * 1000}
            zone={zone}
            name={name}
            draw={mayManage ? (from, to) => setDrawn([from, to]) : undefined}
            lines={[
              { title: t('On call'), duty: shown.final_schedule, gaps: shown.warnings ?? [] },
              ...shown.schedule_layers.map((duty, place) => ({
                title: `${place + 1}. ${duty.layer_name}`,
                duty,
                move: mayManage ? (from: number, to: number) => shift(place, from, to) : undefined,
              })),
            ]}
          />
          {mayManage && (
            <div className={parts.row}>
              <Button
                size="xs"
                variant="default"
                onClick={() =>
                  setDrawn([window.start * 1000, addDays(window.start * 1000, 1, zone)])
                }
              >
                {t('Let somebody stand in')}
              </Button>
              <span className={parts.soft}>
                {t(
                  'Or draw over the timeline. Shifts of a layer are dragged, or moved by arrow keys.',
                )}
              </span>
            </div>
          )}
        </Card>
        <AtInstant layers={layers} zone={zone} />
        {mayManage && <Layers layers={layers} change={setEdited} zone={zone} />}
      </div>
      {question}
      {drawn && (
        <Override
          span={drawn}
          zone={zone}
          close={() => setDrawn(null)}
          add={(layer) => setEdited([...layers, layer])}
        />
      )}
    </>
  )
}

function SpanFields({ zone, setZone, day, setDay, days, setDays, move }: Span) {
  return (
    <>
      <Button variant="default" aria-label={t('Earlier')} onClick={() => move(-1)}>
        ←
      </Button>
      <TextInput
        type="date"
        aria-label={t('First day')}
        value={day}
        onChange={(event) => {
          if (event.currentTarget.value) setDay(event.currentTarget.value)
        }}
      />
      <Button variant="default" aria-label={t('Later')} onClick={() => move(1)}>
        →
      </Button>
      <Select
        aria-label={t('Span')}
        w={120}
        allowDeselect={false}
        value={days}
        data={['7', '14', '28'].map((n) => ({ value: n, label: t('{n} d', { n }) }))}
        onChange={(chosen) => setDays(chosen ?? days)}
      />
      <Select
        aria-label={t('Time zone')}
        w={200}
        searchable
        allowDeselect={false}
        value={zone}
        data={ZONES}
        onChange={(chosen) => setZone(chosen ?? zone)}
      />
    </>
  )
}
