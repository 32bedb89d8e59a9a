import { Button, Modal, Stack, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../api/queries'
import { t } from '../words/words'

/** Close incidents, with the cause and the fix where they are known. */
export function ResolveDialog({ ids, close }: { ids: string[]; close: () => void }) {
  const [cause, setCause] = useState('')
  const [fix, setFix] = useState('')
  const resolve = useAct('/incident/resolve', { said: t('Resolved'), then: close })
  const send = () =>
    resolve.mutate({
      incident_ids: ids,
      ...(cause && { root_cause: cause }),
      ...(fix && { resolution: fix }),
    })
  return (
    <Modal opened onClose={close} title={t('Resolve')}>
      <Stack>
        <Textarea
          label={t('Root cause (optional)')}
          autosize
          value={cause}
          onChange={(event) => setCause(event.currentTarget.value)}
        />
        <Textarea
          label={t('How it was mended (optional)')}
          autosize
          value={fix}
          onChange={(event) => setFix(event.currentTarget.value)}
        />
        <Button loading={resolve.isPending} onClick={send} data-autofocus>
          {t('Resolve')}
        </Button>
      </Stack>
    </Modal>
  )
}
