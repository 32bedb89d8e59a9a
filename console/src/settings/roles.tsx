import { ActionIcon, Button, Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Data } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card } from '../parts/frame'
import { IconTrash } from '../parts/icons'
import parts from '../parts/parts.module.css'
import { Table } from '../parts/table'
import { t } from '../words/words'

type Role = Data<'/role/list'>['items'][number]

/** Which role holds which permission; roles of one's own are changed box by box. */
export default function Roles() {
  const roles = useRead('/role/list', { asc: true })
  const permissions = useRead('/role/permission/list', { with_all: true })
  const mayManage = useMay('Roles Manage')
  const save = useAct('/role/upsert', { said: t('Saved') })
  const own = (roles.data?.items ?? []).filter((each) => each.editable)
  const give = (role: Role, id: number, isHeld: boolean) =>
    save.mutate({
      role_id: role.role_id,
      role_name: role.role_name,
      description: role.description,
      permission_ids: isHeld
        ? role.permission_ids.filter((each) => each !== id)
        : [...role.permission_ids, id],
    })
  return (
    <Card title={t('Roles')}>
      {mayManage && <Add />}
      {mayManage && own.map((each) => <Own key={each.role_id} role={each} />)}
      <Answer to={roles}>
        {({ items }) => (
          <Table heads={[t('Permission'), ...items.map((each) => each.role_name)]}>
            {(permissions.data?.items ?? []).map((each) => (
              <tr key={each.id}>
                <td title={each.description}>{each.permission_name}</td>
                {items.map((role) => {
                  const isHeld = role.permission_ids.includes(each.id)
                  return (
                    <td key={role.role_id}>
                      {mayManage && role.editable ? (
                        <Checkbox
                          aria-label={`${role.role_name}: ${each.permission_name}`}
                          checked={isHeld}
                          onChange={() => give(role, each.id, isHeld)}
                        />
                      ) : isHeld ? (
                        t('yes')
                      ) : (
                        '–'
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </Table>
        )}
      </Answer>
    </Card>
  )
}

function Add() {
  const [name, setName] = useState('')
  const create = useAct('/role/upsert', { said: t('Saved'), then: () => setName('') })
  return (
    <form
      className={parts.row}
      onSubmit={(event) => {
        event.preventDefault()
        create.mutate({ role_name: name })
      }}
    >
      <TextInput
        aria-label={t('New role')}
        placeholder={t('New role')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" disabled={!name.trim()} loading={create.isPending}>
        {t('Add')}
      </Button>
    </form>
  )
}

function Own({ role }: { role: Role }) {
  const enable = useAct('/role/enable', { said: t('Switched on') })
  const disable = useAct('/role/disable', { said: t('Switched off') })
  const remove = useAct('/role/delete', { said: t('Removed') })
  const id = { role_id: role.role_id }
  const isOn = role.status === 'enabled'
  return (
    <div className={parts.row}>
      {role.role_name}
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => (isOn ? disable : enable).mutate(id)}
      >
        {isOn ? t('Switch off') : t('Switch on')}
      </Button>
      <ActionIcon
        variant="subtle"
        color="red"
        aria-label={t('Remove {name}', { name: role.role_name })}
        onClick={() => remove.mutate(id)}
      >
        <IconTrash size={17} />
      </ActionIcon>
    </div>
  )
}
