import { ActionIcon, Button, Menu } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { IconDots } from '../parts/icons'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Data } from '../api/call'
import { useAct } from '../api/queries'
import { useMay } from '../api/session'
import { ms, useNow } from '../words/time'
import { t } from '../words/words'
import { AssignDialog } from './assign'
import { exportMarkdown } from './export'
import { MergeIntoDialog } from './merge-into'
import { ResolveDialog } from './resolve'
import { QuickSnooze } from './snooze'

type Dialog = 'snooze' | 'assign' | 'merge' | 'resolve' | null

/** What can be done to one incident; a, r and s do the usual. */
export function Actions({ incident }: { incident: Data<'/incident/info'> }) {
  const [dialog, setDialog] = useState<Dialog>(null)
  const now = useNow()
  const mayManage = useMay('Incidents Manage')
  const acknowledge = useAct('/incident/ack', { said: t('Acknowledged') })
  const withdraw = useAct('/incident/unack', { said: t('Withdrawn') })
  const reopen = useAct('/incident/reopen', { said: t('Open again') })
  const wake = useAct('/incident/wake', { said: t('The quiet is over') })
  const ids = [incident.incident_id]
  const chosen = { incident_ids: ids }
  const close = () => setDialog(null)
  const isOpen = incident.progress !== 'Closed'
  useHotkeys(
    mayManage && isOpen
      ? [
          ['a', () => acknowledge.mutate(chosen)],
          ['r', () => setDialog('resolve')],
          ['s', () => setDialog('snooze')],
        ]
      : [],
  )
  const download = () => void exportMarkdown(incident.incident_id)
  if (!mayManage)
    return (
      <Button variant="default" onClick={download}>
        {t('Export as Markdown')}
      </Button>
    )
  return (
    <>
      {incident.progress === 'Triggered' && (
        <Button loading={acknowledge.isPending} onClick={() => acknowledge.mutate(chosen)}>
          {t('Acknowledge')}
        </Button>
      )}
      {isOpen ? (
        <Button
          variant={incident.progress === 'Triggered' ? 'default' : 'filled'}
          onClick={() => setDialog('resolve')}
        >
          {t('Resolve')}
        </Button>
      ) : (
        <Button variant="default" onClick={() => reopen.mutate({ ...chosen, reason: '' })}>
          {t('Reopen')}
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t('More actions')}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {isOpen && (
            <>
              <Menu.Item onClick={() => setDialog('snooze')}>{t('Snooze')}</Menu.Item>
              {ms(incident.snoozed_before) > now && (
                <Menu.Item onClick={() => wake.mutate(chosen)}>{t('End the quiet')}</Menu.Item>
              )}
              {incident.channel_id > 0 && (
                <Menu.Item component={Link} to="silence">
                  {t('Silence what is like it')}
                </Menu.Item>
              )}
              <Menu.Item onClick={() => setDialog('assign')}>{t('Reassign')}</Menu.Item>
              <Menu.Item onClick={() => setDialog('merge')}>{t('Merge into another')}</Menu.Item>
              {incident.progress === 'Processing' && (
                <Menu.Item onClick={() => withdraw.mutate(chosen)}>
                  {t('Withdraw my acknowledgement')}
                </Menu.Item>
              )}
            </>
          )}
          <Menu.Item onClick={download}>{t('Export as Markdown')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog === 'snooze' && <QuickSnooze ids={ids} close={close} />}
      {dialog === 'assign' && <AssignDialog ids={ids} close={close} />}
      {dialog === 'merge' && <MergeIntoDialog incident={incident} close={close} />}
      {dialog === 'resolve' && <ResolveDialog ids={ids} close={close} />}
    </>
  )
}
