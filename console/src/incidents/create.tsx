import { Button, Modal, MultiSelect, Select, Stack, TextInput, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useAct } from '../api/queries'
import { useChannels, useMembers } from '../parts/names'
import { t } from '../words/words'

type Severity = 'Critical' | 'Warning' | 'Info'

/** Report an incident by hand. */
export function CreateIncident({ opened, close }: { opened: boolean; close: () => void }) {
  const navigate = useNavigate()
  const channels = useChannels()
  const members = useMembers()
  const [title, setTitle] = useState('')
  const [description, setDescription] = useState('')
  const [severity, setSeverity] = useState<Severity>('Warning')
  const [channel, setChannel] = useState<string | null>(null)
  const [people, setPeople] = useState<string[]>([])
  const create = useAct('/incident/create', {
    then: ({ incident_id }) => void navigate(`/incidents/${incident_id}`),
  })
  const send = () =>
    create.mutate({
      title,
      description,
      incident_severity: severity,
      channel_id: Number(channel ?? 0),
      ...(people.length && { assigned_to: { type: 'assign', person_ids: people.map(Number) } }),
    })
  return (
    <Modal opened={opened} onClose={close} title={t('Report an incident')}>
      <Stack>
        <TextInput
          label={t('Title')}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          data-autofocus
        />
        <Select
          label={t('Severity')}
          allowDeselect={false}
          data={[
            { value: 'Critical', label: t('Critical') },
            { value: 'Warning', label: t('Warning') },
            { value: 'Info', label: t('Info') },
          ]}
          value={severity}
          onChange={(chosen) => setSeverity(chosen as Severity)}
        />
        <Select
          label={t('Channel')}
          data={channels}
          value={channel}
          onChange={setChannel}
          clearable
        />
        <MultiSelect
          label={t('Tell')}
          data={members}
          value={people}
          onChange={setPeople}
          searchable
        />
        <Textarea
          label={t('Description (Markdown)')}
          autosize
          minRows={3}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Button disabled={!title.trim()} loading={create.isPending} onClick={send}>
          {t('Report')}
        </Button>
      </Stack>
    </Modal>
  )
}
