import { Button, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useAct } from '../api/queries'
import { useChannels } from '../parts/names'
import { t } from '../words/words'
import type { Sender } from './senders'

/** Make an integration for a sender; its page then shows the set-up and waits with you. */
export function AddIntegration({ sender, close }: { sender: Sender; close: () => void }) {
  const navigate = useNavigate()
  const channels = useChannels()
  const [name, setName] = useState(sender.name)
  const [channel, setChannel] = useState<string | null>(null)
  const create = useAct('/datasource/upsert', {
    then: (made) => void navigate(`/integrations/${made.integration_id}`),
  })
  return (
    <Modal opened onClose={close} title={t('Add {name}', { name: sender.name })}>
      <Stack>
        <TextInput
          label={t('Name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Select
          label={t('Channel')}
          description={t('Without one, its route says where alerts go.')}
          data={channels}
          value={channel}
          onChange={setChannel}
          clearable
        />
        <Button
          disabled={!name.trim()}
          loading={create.isPending}
          onClick={() =>
            create.mutate({ name, plugin_type: sender.type, channel_id: Number(channel ?? 0) })
          }
        >
          {t('Add')}
        </Button>
      </Stack>
    </Modal>
  )
}
