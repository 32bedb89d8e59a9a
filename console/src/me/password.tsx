import { Button, PasswordInput, Stack } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../api/queries'
import { useMe } from '../api/session'
import { Card } from '../parts/frame'
import { t } from '../words/words'

/** Another password, for who knows the present one; the other sessions end with it. */
export function Password() {
  const me = useMe()
  const [password, setPassword] = useState('')
  const [wanted, setWanted] = useState('')
  const update = useAct('/member/password/update', {
    said: t('Changed; you were signed out elsewhere'),
    then: () => {
      setPassword('')
      setWanted('')
    },
  })
  return (
    <Card title={t('My password')}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          update.mutate({ password, new_password: wanted })
        }}
      >
        <Stack gap="xs">
          <input type="hidden" autoComplete="username" value={me.email} readOnly />
          <PasswordInput
            label={t('The present one')}
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('The new one')}
            description={t('Ten characters or more.')}
            autoComplete="new-password"
            minLength={10}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" disabled={!wanted} loading={update.isPending}>
            {t('Change the password')}
          </Button>
        </Stack>
      </form>
    </Card>
  )
}
