import { ActionIcon, Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type Refusal } from '../api/call'
import { canHavePasskeys, makePasskey } from '../api/passkey'
import { useAct, useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { IconTrash } from '../parts/icons'
import { done, refused } from '../parts/notes'
import parts from '../parts/parts.module.css'
import { Ago } from '../parts/time'
import { ms } from '../words/time'
import { t } from '../words/words'

/** The devices that let the caller in without a password. */
export function Passkeys() {
  const passkeys = useRead('/passkey/list', {})
  const remove = useAct('/passkey/delete', { said: t('Removed') })
  return (
    <Card title={t('My passkeys')}>
      <div className={parts.stack}>
        <Answer to={passkeys}>
          {({ items }) =>
            items.length ? (
              items.map((each) => (
                <div key={each.passkey_id} className={parts.row}>
                  <strong>{each.name}</strong>
                  <span className={parts.soft}>
                    {each.used_at ? t('last used') : t('not used yet')}{' '}
                    {each.used_at > 0 && <Ago at={ms(each.used_at)} />}
                  </span>
                  <ActionIcon
                    variant="subtle"
                    color="red"
                    aria-label={t('Remove {name}', { name: each.name })}
                    onClick={() => remove.mutate({ passkey_id: each.passkey_id })}
                  >
                    <IconTrash size={17} />
                  </ActionIcon>
                </div>
              ))
            ) : (
              <Empty>{t('A passkey replaces password and code by a finger or a PIN.')}</Empty>
            )
          }
        </Answer>
        {canHavePasskeys() ? (
          <Add />
        ) : (
          <p className={parts.soft}>
            {t('To make one open the console by a host name, and behind HTTPS.')}
          </p>
        )}
      </div>
    </Card>
  )
}

function Add() {
  const cache = useQueryClient()
  const [name, setName] = useState('')
  const add = useMutation<unknown, Refusal>({
    mutationFn: async () =>
      call('/passkey/create', { name: name.trim(), credential: await makePasskey() }),
    onSuccess: () => {
      setName('')
      done(t('This device lets you in from now on'))
      void cache.invalidateQueries()
    },
    onError: refused,
  })
  return (
    <form
      className={parts.row}
      onSubmit={(event) => {
        event.preventDefault()
        add.mutate()
      }}
    >
      <TextInput
        aria-label={t('Name of the device')}
        placeholder={t('Name of the device')}
        maxLength={100}
        flex={1}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" disabled={!name.trim()} loading={add.isPending}>
        {t('Make a passkey')}
      </Button>
    </form>
  )
}
