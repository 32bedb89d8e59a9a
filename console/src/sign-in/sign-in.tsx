import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { Refusal } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { startSession } from '../api/session'
import { t } from '../words/words'
import { Card } from './card'
import { OtherWays } from './other-ways'

/** Signing in; whoever has a one-time password chooses their own here, and whoever has a second
 * factor is asked for a code of it. */
export function SignIn() {
  const cache = useQueryClient()
  const setup = useRead('/setup/info', {})
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [newPassword, setNewPassword] = useState('')
  const [code, setCode] = useState('')
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const signIn = useAct('/session/create', { quiet: true, then: () => startSession(cache) })
  const isOneTime = signIn.error?.code === 'RequestVerifyRequired' || newPassword !== ''
  const hasFactor = signIn.error?.code === 'SecondFactorRequired' || code !== ''

  function submit(event: FormEvent) {
    event.preventDefault()
    setRefusal(null)
    signIn.mutate({ email, password, new_password: newPassword, code })
  }

  const failure = refusal ?? signIn.error
  const isAsking = !refusal && (isOneTime || hasFactor)

  return (
    <Card title={t('Sign in to Tocsin')}>
      {setup.data?.is_needed && (
        <Alert>{t('This server is new: open the link that its first start printed.')}</Alert>
      )}
      <form onSubmit={submit}>
        <Stack>
          {failure && (
            <Alert color={isAsking ? 'blue' : 'red'} role="alert">
              {failure.message}
            </Alert>
          )}
          <TextInput
            label={t('E-mail')}
            type="email"
            autoComplete="username"
            required
            withAsterisk={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('Password')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {isOneTime && (
            <PasswordInput
              label={t('A password of your own')}
              description={t('The one that you were given works once.')}
              autoComplete="new-password"
              required
              withAsterisk={false}
              value={newPassword}
              onChange={(event) => setNewPassword(event.currentTarget.value)}
            />
          )}
          {hasFactor && (
            <TextInput
              label={t('Code')}
              description={t('Of your authenticator, or one for recovery.')}
              autoComplete="one-time-code"
              required
              withAsterisk={false}
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
            />
          )}
          <Button type="submit" loading={signIn.isPending}>
            {t('Sign in')}
          </Button>
        </Stack>
      </form>
      <OtherWays refused={setRefusal} />
    </Card>
  )
}
