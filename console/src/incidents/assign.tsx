import { Button, Modal, MultiSelect, Stack } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../api/queries'
import { useMembers } from '../parts/names'
import { t } from '../words/words'

/** Hand incidents to other people, who are told. */
export function AssignDialog({ ids, close }: { ids: string[]; close: () => void }) {
  const members = useMembers()
  const [people, setPeople] = useState<string[]>([])
  const assign = useAct('/incident/assign', { said: t('Reassigned'), then: close })
  const send = () =>
    assign.mutate({
      incident_ids: ids,
      assigned_to: { type: 'reassign', person_ids: people.map(Number) },
    })
  return (
    <Modal opened onClose={close} title={t('Hand to others')}>
      <Stack>
        <MultiSelect
          label={t('People')}
          data={members}
          value={people}
          onChange={setPeople}
          searchable
          data-autofocus
        />
        <Button disabled={!people.length} loading={assign.isPending} onClick={send}>
          {t('Reassign')}
        </Button>
      </Stack>
    </Modal>
  )
}
