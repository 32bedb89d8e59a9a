import { Button, Modal, Stack, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useAct, useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { t } from '../words/words'
import { Conditions, usable, type Condition } from './filters'
import { Hidden } from './hidden'

/** Discard what matches for good, seeing first what that would have been. */
export function DropDialog({ channelId, close }: { channelId: number; close: () => void }) {
  const [title, setTitle] = useState('')
  const [wanted, setWanted] = useState<Condition[]>([])
  const [settled] = useDebouncedValue(usable(wanted), 400)
  const preview = useRead(
    '/channel/unsubscribe/rule/preview',
    { channel_id: channelId, filters: [settled] },
    { enabled: settled.length > 0 },
  )
  const create = useAct('/channel/unsubscribe/rule/create', { said: t('Saved'), then: close })
  return (
    <Modal opened onClose={close} title={t('Drop what matches')} size="lg">
      <Stack>
        <TextInput
          label={t('Name')}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Conditions conditions={wanted} change={setWanted} />
        {settled.length > 0 && <Answer to={preview}>{(found) => <Hidden found={found} />}</Answer>}
        <Button
          disabled={!settled.length || !title.trim()}
          loading={create.isPending}
          onClick={() =>
            create.mutate({ channel_id: channelId, rule_name: title, filters: [settled] })
          }
        >
          {t('Save')}
        </Button>
      </Stack>
    </Modal>
  )
}
