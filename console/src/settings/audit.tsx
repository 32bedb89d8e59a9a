import { MultiSelect, Select } from '@mantine/core'
import { useState } from 'react'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card } from '../parts/frame'
import { useMembers } from '../parts/names'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { Table } from '../parts/table'
import { At } from '../parts/time'
import { DAY, HOUR, seconds, useNow } from '../words/time'
import { t } from '../words/words'

/** Who did what, and what was refused. */
export default function Audit() {
  const end = Math.ceil(useNow() / HOUR) * HOUR
  const members = useMembers()
  const [person, setPerson] = useState<string | null>(null)
  const [operations, setOperations] = useState<string[]>([])
  const known = useRead('/audit/operation/list', {})
  const found = useRead('/audit/search', {
    start_time: seconds(end - 30 * DAY),
    end_time: seconds(end),
    person_id: Number(person ?? 0),
    operations,
    limit: 99,
  })
  return (
    <Card title={t('Audit')}>
      <div className={parts.row}>
        <Select
          aria-label={t('Who')}
          placeholder={t('Who')}
          clearable
          searchable
          data={members}
          value={person}
          onChange={setPerson}
        />
        <MultiSelect
          aria-label={t('What')}
          placeholder={operations.length ? undefined : t('What')}
          miw={220}
          searchable
          data={(known.data?.items ?? []).map((each) => each.name)}
          value={operations}
          onChange={setOperations}
        />
      </div>
      <Answer to={found}>
        {({ docs }) => (
          <Table heads={[t('When'), t('Who'), t('What'), t('With')]}>
            {docs.map((each) => (
              <tr key={each.request_id}>
                <td>
                  <At at={each.created_at} />
                </td>
                <td>{each.member_name}</td>
                <td>
                  {each.operation_name} {each.code && <Badge look="Critical">{each.code}</Badge>}
                </td>
                <td>
                  <code>{each.body.slice(0, 200)}</code>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Answer>
    </Card>
  )
}
