import { Button, Modal, MultiSelect, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useMembers } from '../parts/names'
import parts from '../parts/parts.module.css'
import { fromLocal, seconds, toLocal } from '../words/time'
import { t } from '../words/words'
import { override, type Layer } from './write'

/** Who stands in for a stretch, by the clocks of the zone that is shown. */
export function Override({
  span,
  zone,
  close,
  add,
}: {
  span: [number, number]
  zone: string
  close: () => void
  add: (layer: Layer) => void
}) {
  const members = useMembers()
  const [people, setPeople] = useState<string[]>([])
  const [[from, to], setSpan] = useState(span)
  return (
    <Modal opened onClose={close} title={t('Let somebody stand in')}>
      <Stack>
        <div className={parts.row}>
          <TextInput
            type="datetime-local"
            label={t('From')}
            description={zone}
            value={toLocal(from, zone)}
            onChange={(event) => setSpan([fromLocal(event.currentTarget.value, zone) || from, to])}
          />
          <TextInput
            type="datetime-local"
            label={t('Until')}
            description={zone}
            value={toLocal(to, zone)}
            onChange={(event) => setSpan([from, fromLocal(event.currentTarget.value, zone) || to])}
          />
        </div>
        <MultiSelect
          label={t('People')}
          data={members}
          value={people}
          onChange={setPeople}
          searchable
        />
        <Button
          disabled={!people.length || to <= from}
          onClick={() => {
            add(override(t('Stand-in'), people.map(Number), seconds(from), seconds(to)))
            close()
          }}
        >
          {t('Preview')}
        </Button>
      </Stack>
    </Modal>
  )
}
