import { Button, Modal, MultiSelect, Stack } from '@mantine/core'
import { useState } from 'react'
import { useMembers } from '../parts/names'
import { moment, seconds } from '../words/time'
import { t } from '../words/words'
import { override, type Layer } from './write'

/** Who stands in for the stretch that was drawn. */
export function Override({
  span: [from, to],
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
  return (
    <Modal opened onClose={close} title={t('Let somebody stand in')}>
      <Stack>
        <p>
          {moment(from, zone)} – {moment(to, zone)}
        </p>
        <MultiSelect
          label={t('People')}
          data={members}
          value={people}
          onChange={setPeople}
          searchable
        />
        <Button
          disabled={!people.length}
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
