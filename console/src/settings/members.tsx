import { Button, MultiSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Code } from '../parts/code'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { Table } from '../parts/table'
import { t } from '../words/words'

/** Who belongs to the account and what they may do. */
export function Members() {
  const [query, setQuery] = useState('')
  const members = useRead('/member/list', { limit: 100, query })
  const roles = useRead('/role/list', {})
  const [url, setUrl] = useState('')
  const link = useAct('/invitation/create', { then: (made) => setUrl(made.url) })
  const mayManage = useMay('Members Manage')
  const roleName = (id: number) =>
    roles.data?.items.find((each) => each.role_id === id)?.role_name ?? String(id)
  return (
    <div className={parts.stack}>
      {mayManage && <Invite />}
      <Card title={t('Members')}>
        <TextInput
          mb="sm"
          maw={320}
          aria-label={t('Search members')}
          placeholder={t('Search members')}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        {url && <Code text={url} label={t('A link that lets them in once')} />}
        <Answer to={members}>
          {({ items }) => (
            <Table heads={[t('Name'), t('E-mail'), t('Roles'), t('Link')]}>
              {items.map((each) => (
                <tr key={each.member_id}>
                  <td>
                    {each.member_name}{' '}
                    {each.status === 'pending' && <Badge look="Warning">{t('invited')}</Badge>}
                  </td>
                  <td>{each.email}</td>
                  <td>{each.account_role_ids.map(roleName).join(', ')}</td>
                  <td>
                    {mayManage && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        onClick={() => link.mutate({ member_id: each.member_id })}
                      >
                        {each.status === 'pending' ? t('Invitation link') : t('Password link')}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Answer>
      </Card>
    </div>
  )
}

function Invite() {
  const roles = useRead('/role/list', {})
  const [email, setEmail] = useState('')
  const [chosen, setChosen] = useState<string[]>([])
  const invite = useAct('/member/invite', { said: t('Invited'), then: () => setEmail('') })
  return (
    <Card title={t('Invite')}>
      <form
        className={parts.row}
        onSubmit={(event) => {
          event.preventDefault()
          invite.mutate({ members: [{ email, role_ids: chosen.map(Number) }] })
        }}
      >
        <TextInput
          type="email"
          aria-label={t('E-mail')}
          placeholder={t('E-mail')}
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <MultiSelect
          aria-label={t('Roles')}
          placeholder={chosen.length ? undefined : t('Roles')}
          miw={200}
          data={(roles.data?.items ?? []).map((each) => ({
            value: String(each.role_id),
            label: each.role_name,
          }))}
          value={chosen}
          onChange={setChosen}
        />
        <Button type="submit" loading={invite.isPending}>
          {t('Invite')}
        </Button>
      </form>
    </Card>
  )
}
