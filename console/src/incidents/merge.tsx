import { Button, Modal, Radio, Stack, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useAct, useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { t } from '../words/words'

/** Fold the chosen incidents into one of them; the others are closed. */
export function MergeDialog({ ids, close }: { ids: string[]; close: () => void }) {
  const found = useRead('/incident/list-by-ids', { incident_ids: ids })
  const [target, setTarget] = useState(ids[0] ?? '')
  const [comment, setComment] = useState('')
  const merge = useAct('/incident/merge', { said: t('Merged'), then: close })
  const send = () =>
    merge.mutate({
      target_incident_id: target,
      source_incident_ids: ids.filter((id) => id !== target),
      comment,
    })
  return (
    <Modal opened onClose={close} title={t('Merge into one incident')}>
      <Stack>
        <Answer to={found}>
          {({ items }) => (
            <Radio.Group label={t('The incident that stays')} value={target} onChange={setTarget}>
              <Stack gap="xs" mt="xs">
                {items.map((each) => (
                  <Radio key={each.incident_id} value={each.incident_id} label={each.title} />
                ))}
              </Stack>
            </Radio.Group>
          )}
        </Answer>
        <Textarea
          label={t('Why')}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        <Button loading={merge.isPending} onClick={send}>
          {t('Merge')}
        </Button>
      </Stack>
    </Modal>
  )
}
