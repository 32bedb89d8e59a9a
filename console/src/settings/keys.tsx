import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct, useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Code } from '../parts/code'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { Table } from '../parts/table'
import { Ago } from '../parts/time'
import { ms } from '../words/time'
import { t } from '../words/words'

/** The caller's own keys for scripts. */
export default function Keys() {
  const keys = useRead('/person/app-key/list', {})
  const [name, setName] = useState('')
  const [secret, setSecret] = useState('')
  const create = useAct('/person/app-key/create', { then: (made) => setSecret(made.app_key) })
  const rotate = useAct('/person/app-key/rotate', {
    said: t('The old one works for another hour'),
    then: (made) => setSecret(made.app_key),
  })
  const disable = useAct('/person/app-key/disable', { said: t('Switched off') })
  const enable = useAct('/person/app-key/enable', { said: t('Switched on') })
  const remove = useAct('/person/app-key/delete', { said: t('Removed') })
  return (
    <Card title={t('My keys')}>
      <form
        className={parts.row}
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate({ key_name: name })
        }}
      >
        <TextInput
          aria-label={t('Name of the key')}
          placeholder={t('Name of the key')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" disabled={!name.trim()} loading={create.isPending}>
          {t('Make a key')}
        </Button>
      </form>
      {secret && (
        <>
          <p>{t('It is shown once. Keep it safe.')}</p>
          <Code text={secret} label={t('The new key')} />
        </>
      )}
      <Answer to={keys}>
        {({ items }) => (
          <Table heads={[t('Name'), t('Begins with'), t('Last used'), t('State')]}>
            {items.map((each) => (
              <tr key={each.key_id}>
                <td>{each.key_name}</td>
                <td>{each.hint}…</td>
                <td>
                  <Ago at={ms(each.last_used_at)} />
                </td>
                <td className={parts.row}>
                  <Badge look={each.status === 'enabled' ? 'Ok' : undefined}>
                    {each.status === 'enabled' ? t('enabled') : t('switched off')}
                  </Badge>
                  <Button
                    size="compact-xs"
                    variant="default"
                    onClick={() =>
                      (each.status === 'enabled' ? disable : enable).mutate({ key_id: each.key_id })
                    }
                  >
                    {each.status === 'enabled' ? t('Switch off') : t('Switch on')}
                  </Button>
                  <Button
                    size="compact-xs"
                    variant="default"
                    onClick={() => rotate.mutate({ key_id: each.key_id, overlap_minutes: 60 })}
                  >
                    {t('Replace')}
                  </Button>
                  <Button
                    size="compact-xs"
                    variant="default"
                    color="red"
                    onClick={() => remove.mutate({ key_id: each.key_id })}
                  >
                    {t('Remove')}
                  </Button>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Answer>
    </Card>
  )
}
