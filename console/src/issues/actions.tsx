import { Button, Menu, Modal, MultiSelect, Stack } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../api/queries'
import { useMayChange } from '../api/session'
import { useMembers } from '../parts/names'
import { DAY } from '../words/time'
import { t } from '../words/words'
import { LinkDialog } from './link'
import type { Issue } from './status'

/** Resolve, ignore, review and assign an issue. */
export function IssueActions({ issue }: { issue: Issue }) {
  const [isAssigning, setAssigning] = useState(false)
  const [isLinking, setLinking] = useState(false)
  const resolve = useAct('/rum/issue/resolve', { said: t('Resolved') })
  const ignore = useAct('/rum/issue/ignore', { said: t('Ignored') })
  const update = useAct('/rum/issue/update', { said: t('Saved') })
  const mayChange = useMayChange()
  const ids = { issue_ids: [issue.issue_id] }
  const isOver = issue.status === 'resolved' || issue.status === 'ignored'
  if (!mayChange) return null
  return (
    <>
      {isOver ? (
        <Button onClick={() => update.mutate({ issue_id: issue.issue_id, status: 'reviewed' })}>
          {t('Reopen')}
        </Button>
      ) : (
        <>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button loading={resolve.isPending}>{t('Resolve')}</Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => resolve.mutate({ ...ids, in: 'now' })}>
                {t('Now')}
              </Menu.Item>
              <Menu.Item onClick={() => resolve.mutate({ ...ids, in: 'next_release' })}>
                {t('In the next release')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" loading={ignore.isPending}>
                {t('Ignore')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => ignore.mutate(ids)}>{t('For good')}</Menu.Item>
              <Menu.Item
                onClick={() => ignore.mutate({ ...ids, until_time: Date.now() + 7 * DAY })}
              >
                {t('For a week')}
              </Menu.Item>
              <Menu.Item onClick={() => ignore.mutate({ ...ids, until_spike: true })}>
                {t('Until it happens far more often')}
              </Menu.Item>
              <Menu.Item onClick={() => ignore.mutate({ ...ids, more_users: 10 })}>
                {t('Until 10 more people meet it')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          {issue.status === 'for_review' && (
            <Button
              variant="default"
              onClick={() => update.mutate({ issue_id: issue.issue_id, status: 'reviewed' })}
            >
              {t('Mark reviewed')}
            </Button>
          )}
        </>
      )}
      <Button variant="default" onClick={() => setAssigning(true)}>
        {t('Assign')}
      </Button>
      <Button variant="default" onClick={() => setLinking(true)}>
        {t('Link')}
      </Button>
      {isLinking && <LinkDialog issueId={issue.issue_id} close={() => setLinking(false)} />}
      {isAssigning && <Assign issueId={issue.issue_id} close={() => setAssigning(false)} />}
    </>
  )
}

function Assign({ issueId, close }: { issueId: string; close: () => void }) {
  const members = useMembers()
  const [people, setPeople] = useState<string[]>([])
  const assign = useAct('/rum/issue/assign', { said: t('Assigned'), then: close })
  return (
    <Modal opened onClose={close} title={t('Assign')}>
      <Stack>
        <MultiSelect
          label={t('People')}
          data={members}
          value={people}
          onChange={setPeople}
          searchable
        />
        <Button
          loading={assign.isPending}
          onClick={() => assign.mutate({ issue_ids: [issueId], assignee_ids: people.map(Number) })}
        >
          {t('Assign')}
        </Button>
      </Stack>
    </Modal>
  )
}
