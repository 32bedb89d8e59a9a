import { Button, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Code } from '../parts/code'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Sessions } from '../parts/sessions'
import { Badge } from '../parts/severity'
import { Table } from '../parts/table'
import { t } from '../words/words'
import { Invite } from './invite'

/** Who belongs to the account and what they may do. */
export function Members() {
  const [query, setQuery] = useState('')
  const members = useRead('/member/list', { limit: 100, query })
  const roles = useRead('/role/list', {})
  const [url, setUrl] = useState('')
  const [watched, setWatched] = useState<{ id: number; name: string } | null>(null)
  const link = useAct('/invitation/create', { then: (made) => setUrl(made.url) })
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
            <Table heads={[t('Name'), t('E-mail'), t('Roles'), t('Way in')]}>
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
                      <div className={parts.row}>
                        <Button
                          size="compact-xs"
                          variant="default"
                          onClick={() => link.mutate({ member_id: each.member_id })}
                        >
                          {each.status === 'pending' ? t('Invitation link') : t('Password link')}
                        </Button>
                        <Button
                          size="compact-xs"
                          variant="default"
                          aria-label={t('Sessions of {name}', { name: each.member_name })}
                          onClick={() => setWatched({ id: each.member_id, name: each.member_name })}
                        >
                          {t('Sessions')}
                        </Button>
                      </div>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Answer>
      </Card>
      {watched && (
        <Modal
          opened
          onClose={() => setWatched(null)}
          title={t('Sessions of {name}', { name: watched.name })}
        >
          <Sessions of={watched.id} />
        </Modal>
      )}
    </div>
  )
}
