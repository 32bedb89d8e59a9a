import { Button, Modal, Select, Stack, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { Data } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { DAY, HOUR, seconds, useNow } from '../words/time'
import { t } from '../words/words'

/** Fold an incident into another open one. */
export function MergeIntoDialog({
  incident,
  close,
}: {
  incident: Data<'/incident/info'>
  close: () => void
}) {
  const end = Math.ceil(useNow() / HOUR) * HOUR
  const open = useRead('/incident/list', {
    start_time: seconds(end - 30 * DAY),
    end_time: seconds(end),
    progress: 'Triggered,Processing',
    limit: 100,
  })
  const [target, setTarget] = useState<string | null>(null)
  const [comment, setComment] = useState('')
  const merge = useAct('/incident/merge', { said: t('Merged'), then: close })
  const others = (open.data?.items ?? []).filter(
    (each) => each.incident_id !== incident.incident_id,
  )
  const send = () =>
    merge.mutate({
      source_incident_ids: [incident.incident_id],
      target_incident_id: target ?? '',
      comment,
    })
  return (
    <Modal opened onClose={close} title={t('Merge into another')}>
      <Stack>
        <Select
          label={t('The incident that stays')}
          searchable
          data={others.map((each) => ({
            value: each.incident_id,
            label: `${each.num} ${each.title}`,
          }))}
          value={target}
          onChange={setTarget}
        />
        <Textarea
          label={t('Why')}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        <Button disabled={!target} loading={merge.isPending} onClick={send}>
          {t('Merge')}
        </Button>
      </Stack>
    </Modal>
  )
}
