import { Button, Select } from '@mantine/core'
import { useState } from 'react'
import { useParams } from 'react-router'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card, Head } from '../parts/frame'
import { useNames } from '../parts/names'
import parts from '../parts/parts.module.css'
import { DAY, HOUR, seconds } from '../words/time'
import { t } from '../words/words'
import { Board } from './board'
import { Layers } from './layers'
import { Override } from './override'
import { peopleOf, type Schedule } from './shifts'
import { sent, type Layer } from './write'

const ZONES = Intl.supportedValuesOf('timeZone')
const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

export function Component() {
  const { id = '' } = useParams()
  const [start, setStart] = useState(() => Math.floor(Date.now() / HOUR) * HOUR)
  const [days, setDays] = useState('14')
  const window = { start: seconds(start), end: seconds(start + Number(days) * DAY) }
  const schedule = useRead('/schedule/info', { schedule_id: Number(id), ...window })
  return (
    <Answer to={schedule}>
      {(found) => (
        <Editor
          key={found.schedule_id}
          saved={found}
          window={window}
          days={days}
          setDays={setDays}
          move={(by) => setStart(start + by * Number(days) * DAY)}
        />
      )}
    </Answer>
  )
}

interface Shown {
  saved: Schedule
  window: { start: number; end: number }
  days: string
  setDays: (days: string) => void
  move: (by: number) => void
}

/** A schedule on a timeline. What is edited is previewed by the server until it is saved. */
function Editor({ saved, window, days, setDays, move }: Shown) {
  const [zone, setZone] = useState(OWN_ZONE)
  const [edited, setEdited] = useState<Layer[] | null>(null)
  const [drawn, setDrawn] = useState<[number, number] | null>(null)
  const mayManage = useMay('Schedules Manage')
  const layers = edited ?? saved.layers.map(sent)
  const preview = useRead(
    '/schedule/preview',
    { ...window, schedule_name: saved.schedule_name ?? '', layers },
    { enabled: edited !== null },
  )
  const save = useAct('/schedule/update', { said: t('Saved'), then: () => setEdited(null) })
  const shown = edited && preview.data ? preview.data : saved
  const name = useNames([shown.final_schedule, ...shown.schedule_layers].flatMap(peopleOf))
  return (
    <>
      <Head title={saved.schedule_name ?? ''}>
        <Button variant="default" aria-label={t('Earlier')} onClick={() => move(-1)}>
          ←
        </Button>
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
              })),
            ]}
          />
          {mayManage && (
            <p className={parts.soft}>{t('Draw over the timeline to let somebody stand in.')}</p>
          )}
        </Card>
        {mayManage && <Layers layers={layers} change={setEdited} zone={zone} />}
      </div>
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
