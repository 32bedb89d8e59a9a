import { ActionIcon, Button, MultiSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card } from '../parts/frame'
import { IconTrash } from '../parts/icons'
import { useMembers } from '../parts/names'
import parts from '../parts/parts.module.css'
import { Table } from '../parts/table'
import { t } from '../words/words'

/** Who answers together. */
export default function Teams() {
  const teams = useRead('/team/list', { limit: 100 })
  const members = useMembers()
  const mayManage = useMay('Teams Manage')
  const save = useAct('/team/upsert', { said: t('Saved') })
  const remove = useAct('/team/delete', { said: t('Removed') })
  const [name, setName] = useState('')
  return (
    <Card title={t('Teams')}>
      {mayManage && (
        <form
          className={parts.row}
          onSubmit={(event) => {
            event.preventDefault()
            save.mutate({ team_name: name })
            setName('')
          }}
        >
          <TextInput
            aria-label={t('New team')}
            placeholder={t('New team')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" disabled={!name.trim()}>
            {t('Add')}
          </Button>
        </form>
      )}
      <Answer to={teams}>
        {({ items }) => (
          <Table heads={[t('Name'), t('People'), t('Actions')]}>
            {items.map((each) => (
              <tr key={each.team_id}>
                <td>{each.team_name}</td>
                <td>
                  <MultiSelect
                    aria-label={t('People of {name}', { name: each.team_name })}
                    data={members}
                    disabled={!mayManage}
                    value={each.person_ids.map(String)}
                    onChange={(people) =>
                      save.mutate({
                        team_id: each.team_id,
                        team_name: each.team_name,
                        person_ids: people.map(Number),
                      })
                    }
                  />
                </td>
                <td>
                  {mayManage && (
                    <ActionIcon
                      variant="subtle"
                      color="red"
                      aria-label={t('Remove {name}', { name: each.team_name })}
                      onClick={() => remove.mutate({ team_id: each.team_id })}
                    >
                      <IconTrash size={17} />
                    </ActionIcon>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Answer>
    </Card>
  )
}
