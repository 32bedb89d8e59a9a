import { Button, Menu, Modal, MultiSelect, Stack } from '@mantine/core'
import { useState } from 'react'
import type { Data } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { useMe } from '../api/session'
import { Sessions } from '../parts/sessions'
import { t } from '../words/words'

type Member = Data<'/member/list'>['items'][number]
type Dialog = 'sessions' | 'roles' | 'remove' | null

/** What may be done to a member: a link, other roles, their sessions and second factor, good-bye. */
export function MemberActions({ of: member, made }: { of: Member; made: (url: string) => void }) {
  const me = useMe()
  const [dialog, setDialog] = useState<Dialog>(null)
  const link = useAct('/invitation/create', { then: ({ url }) => made(url) })
  const forget = useAct('/totp/delete', { said: t('Removed') })
  const remove = useAct('/member/delete', { said: t('Removed'), then: () => setDialog(null) })
  const id = { member_id: member.member_id }
  const name = member.member_name
  const titles = {
    sessions: t('Sessions of {name}', { name }),
    roles: t('Roles of {name}', { name }),
    remove: t('Remove {name}', { name }),
  }
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="compact-xs" variant="default" aria-label={t('Actions on {name}', { name })}>
            …
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => link.mutate(id)}>
            {member.status === 'pending' ? t('Invitation link') : t('Password link')}
          </Menu.Item>
          <Menu.Item onClick={() => setDialog('sessions')}>{t('Sessions')}</Menu.Item>
          <Menu.Item onClick={() => setDialog('roles')}>{t('Roles')}</Menu.Item>
          {member.member_id !== me.member_id && (
            <>
              <Menu.Item onClick={() => forget.mutate(id)}>
                {t('Forget the second factor')}
              </Menu.Item>
              <Menu.Item color="red" onClick={() => setDialog('remove')}>
                {t('Remove')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {dialog && (
        <Modal opened onClose={() => setDialog(null)} title={titles[dialog]}>
          {dialog === 'sessions' && <Sessions of={member.member_id} />}
          {dialog === 'roles' && <RolesOf member={member} close={() => setDialog(null)} />}
          {dialog === 'remove' && (
            <Stack>
              <p>{t('They are signed out, and nothing reaches them any more.')}</p>
              <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(id)}>
                {t('Remove')}
              </Button>
            </Stack>
          )}
        </Modal>
      )}
    </>
  )
}

function RolesOf({ member, close }: { member: Member; close: () => void }) {
  const roles = useRead('/role/list', {})
  const [chosen, setChosen] = useState(member.account_role_ids.map(String))
  const update = useAct('/member/role/update', { said: t('Saved'), then: close })
  return (
    <Stack>
      <MultiSelect
        label={t('Roles')}
        data={(roles.data?.items ?? []).map((each) => ({
          value: String(each.role_id),
          label: each.role_name,
        }))}
        value={chosen}
        onChange={setChosen}
      />
      <Button
        loading={update.isPending}
        onClick={() => update.mutate({ member_id: member.member_id, role_ids: chosen.map(Number) })}
      >
        {t('Save')}
      </Button>
    </Stack>
  )
}
