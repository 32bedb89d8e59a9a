import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card } from '../parts/frame'
import { useNames } from '../parts/names'
import parts from '../parts/parts.module.css'
import { fromLocal, ms, seconds, toLocal, useNow } from '../words/time'
import { t } from '../words/words'
import { namesOf, peopleOf } from './shifts'
import type { Layer } from './write'

/** Who is on call at an instant, by the layers as they are being edited. */
export function AtInstant({ layers, zone }: { layers: Layer[]; zone: string }) {
  const now = useNow()
  const [chosen, setChosen] = useState('')
  const text = chosen || toLocal(now, zone)
  const at = seconds(fromLocal(text, zone))
  const duty = useRead('/schedule/preview', {
    schedule_name: 'preview',
    layers,
    start: at,
    end: at + 3600,
  })
  const name = useNames(duty.data ? peopleOf(duty.data.final_schedule) : [])
  return (
    <Card title={t('Who is on call at …?')}>
      <div className={parts.row}>
        <TextInput
          type="datetime-local"
          aria-label={t('When')}
          value={text}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
        <span>{zone}</span>
        <strong role="status">
          <Answer to={duty}>
            {({ final_schedule: { schedules } }) =>
              schedules
                .filter((shift) => ms(shift.start) <= ms(at) && ms(shift.end) > ms(at))
                .map((shift) => namesOf(shift, name))
                .join(', ') || t('nobody')
            }
          </Answer>
        </strong>
      </div>
    </Card>
  )
}
