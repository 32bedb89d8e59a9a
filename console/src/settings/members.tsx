import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Code } from '../parts/code'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { Table } from '../parts/table'
import { t } from '../words/words'
import { Invite } from './invite'
import { MemberActions } from './member-actions'

/** Who belongs to the account and what they may do. */
export function Members() {
  const [query, setQuery] = useState('')
  const members = useRead('/member/list', { limit: 100, query })
  const roles = useRead('/role/list', {})
  const [url, setUrl] = useState('')
  const mayManage = useMay('Members Manage')
  const roleName = (id: number) =>
    roles.data?.items.find((each) => each.role_id === id)?.role_name ?? String(id)
  return (
    <div className={parts.stack}>
      {mayManage && (
        <Card title={t('Invite')}>
          <Invite />
        </Card>
      )}
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
            <Table heads={[t('Name'), t('E-mail'), t('Roles'), t('Actions')]}>
              {items.map((each) => (
                <tr key={each.member_id}>
                  <td>
                    {each.member_name}{' '}
                    {each.status === 'pending' && <Badge look="Warning">{t('invited')}</Badge>}
                  </td>
                  <td>{each.email}</td>
                  <td>{each.account_role_ids.map(roleName).join(', ')}</td>
                  <td>{mayManage && <MemberActions of={each} made={setUrl} />}</td>
                </tr>
              ))}
            </Table>
          )}
        </Answer>
      </Card>
    </div>
  )
}
