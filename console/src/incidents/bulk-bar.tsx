import { Button, CloseButton } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../api/queries'
import { t } from '../words/words'
import { AssignDialog } from './assign'
import { MergeDialog } from './merge'
import { QuickSnooze } from './snooze'
import styles from './incidents.module.css'

/** What can be done to all the chosen incidents at once. */
export function BulkBar({ ids, clear }: { ids: string[]; clear: () => void }) {
  const [dialog, setDialog] = useState<'snooze' | 'assign' | 'merge' | null>(null)
  const close = () => setDialog(null)
  const chosen = { incident_ids: ids }
  const acknowledge = useAct('/incident/ack', { said: t('Acknowledged'), then: clear })
  const resolve = useAct('/incident/resolve', { said: t('Resolved'), then: clear })
  return (
    <div className={styles.bulk} role="toolbar" aria-label={t('Chosen incidents')}>
      <strong>{t('{n} chosen', { n: ids.length })}</strong>
      <Button size="xs" loading={acknowledge.isPending} onClick={() => acknowledge.mutate(chosen)}>
        {t('Acknowledge')}
      </Button>
      <Button size="xs" loading={resolve.isPending} onClick={() => resolve.mutate(chosen)}>
        {t('Resolve')}
      </Button>
      <Button size="xs" variant="default" onClick={() => setDialog('snooze')}>
        {t('Snooze')}
      </Button>
      <Button size="xs" variant="default" onClick={() => setDialog('assign')}>
        {t('Reassign')}
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={ids.length < 2}
        onClick={() => setDialog('merge')}
      >
        {t('Merge')}
      </Button>
      <CloseButton ml="auto" aria-label={t('Choose none')} onClick={clear} />
      {dialog === 'snooze' && <QuickSnooze ids={ids} close={close} />}
      {dialog === 'assign' && <AssignDialog ids={ids} close={close} />}
      {dialog === 'merge' && <MergeDialog ids={ids} close={close} />}
    </div>
  )
}
