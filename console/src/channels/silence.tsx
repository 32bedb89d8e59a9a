import { Button, Modal, NumberInput, Stack, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useAct, useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { HOUR, seconds } from '../words/time'
import { t } from '../words/words'
import { Conditions, usable, type Condition } from './filters'
import { Hidden } from './hidden'

interface Shown {
  channelId: number
  name?: string
  conditions?: Condition[]
  incidentId?: string
  close: () => void
}

/** Silence what matches for some hours, seeing first what that would hide. */
export function SilenceDialog({ channelId, name = '', conditions = [], incidentId, close }: Shown) {
  const [title, setTitle] = useState(name)
  const [hours, setHours] = useState(2)
  const [wanted, setWanted] = useState(conditions)
  const [start] = useState(() => Date.now())
  const [settled] = useDebouncedValue(usable(wanted), 400)
  const rule = {
    channel_id: channelId,
    filters: [usable(wanted)],
    time_filter: { start_time: seconds(start), end_time: seconds(start + hours * HOUR) },
  }
  const preview = useRead(
    '/channel/silence/rule/preview',
    { ...rule, filters: [settled] },
    { enabled: settled.length > 0 },
  )
  const create = useAct('/channel/silence/rule/create', { said: t('Silenced'), then: close })
  return (
    <Modal opened onClose={close} title={t('Silence')} size="lg">
      <Stack>
        <TextInput
          label={t('Name')}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <NumberInput
          label={t('Hours')}
          min={1}
          value={hours}
          onChange={(value) => setHours(Number(value) || 1)}
        />
        <Conditions conditions={wanted} change={setWanted} />
        {settled.length > 0 && <Answer to={preview}>{(found) => <Hidden found={found} />}</Answer>}
        <Button
          disabled={!rule.filters[0]?.length || !title.trim()}
          loading={create.isPending}
          onClick={() =>
            create.mutate({
              ...rule,
              rule_name: title,
              is_auto_delete: true,
              ...(incidentId && { from_incident_id: incidentId }),
            })
          }
        >
          {t('Silence')}
        </Button>
      </Stack>
    </Modal>
  )
}
