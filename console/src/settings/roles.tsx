import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card } from '../parts/frame'
import { Table } from '../parts/table'
import { t } from '../words/words'

/** Which role holds which permission. */
export default function Roles() {
  const roles = useRead('/role/list', { asc: true })
  const permissions = useRead('/role/permission/list', { with_all: true })
  return (
    <Card title={t('Roles')}>
      <Answer to={roles}>
        {({ items }) => (
          <Table heads={[t('Permission'), ...items.map((each) => each.role_name)]}>
            {(permissions.data?.items ?? []).map((each) => (
              <tr key={each.id}>
                <td title={each.description}>{each.permission_name}</td>
                {items.map((role) => (
                  <td key={role.role_id}>
                    {role.permission_ids.includes(each.id) ? t('yes') : '–'}
                  </td>
                ))}
              </tr>
            ))}
          </Table>
        )}
      </Answer>
    </Card>
  )
}
