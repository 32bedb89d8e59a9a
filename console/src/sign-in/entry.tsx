import { Alert, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { call, type Data, type Refusal } from '../api/call'
import { useAct } from '../api/queries'
import { startSession } from '../api/session'
import { t } from '../words/words'
import { Answer } from '../parts/answer'
import { Card } from './card'

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

/** Where a link lets a member in, once: an invitation, a lost password, or a new server's owner. */
export function Component() {
  const token = useLocation().hash.slice(1)
  // Once it was used the link is refused, which says nothing of the session that it opened.
  const link = useQuery<Data<'/invitation/info'>, Refusal>({
    queryKey: ['link', token],
    queryFn: () => call('/invitation/info', { token }),
    retry: false,
  })
  return (
    <Card title={t('Welcome to Tocsin')}>
      <Answer to={link}>
        {(found) =>
          found.purpose === 'setup' ? (
            <SetUp key={token} token={token} />
          ) : (
            <Accept key={token} token={token} name={found.member_name} email={found.email} />
          )
        }
      </Answer>
      {link.error && !link.data && !link.error.isUnreachable && (
        <Text>
          {t('On the server, this makes a new link that lets somebody in:')}{' '}
          <code>tocsin member link WHO</code>
        </Text>
      )}
    </Card>
  )
}

function useArrival(to: string): () => void {
  const cache = useQueryClient()
  const navigate = useNavigate()
  return () => {
    startSession(cache)
    void navigate(to, { replace: true })
  }
}

function SetUp({ token }: { token: string }) {
  const [typed, setTyped] = useState({
    account_name: '',
    member_name: '',
    email: '',
    password: '',
    team_name: '',
  })
  const complete = useAct('/setup/complete', { quiet: true, then: useArrival('/start') })
  const field = (name: keyof typeof typed) => ({
    value: typed[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      setTyped({ ...typed, [name]: event.currentTarget.value }),
  })
  return (
    <Form
      failure={complete.error?.message}
      isBusy={complete.isPending}
      label={t('Begin')}
      submit={() => complete.mutate({ ...typed, token, time_zone: ZONE })}
    >
      <TextInput label={t('Your organisation')} required {...field('account_name')} />
      <TextInput label={t('Your name')} autoComplete="name" required {...field('member_name')} />
      <TextInput
        label={t('Your e-mail, to sign in with')}
        type="email"
        autoComplete="username"
        required
        {...field('email')}
      />
      <NewPassword {...field('password')} />
      <TextInput
        label={t('Your team')}
        description={t('Who answers together, such as “Web”. More can follow.')}
        {...field('team_name')}
      />
    </Form>
  )
}

function Accept({ token, name, email }: { token: string; name: string; email: string }) {
  const [memberName, setMemberName] = useState(name)
  const [password, setPassword] = useState('')
  const accept = useAct('/invitation/accept', { quiet: true, then: useArrival('/') })
  return (
    <Form
      failure={accept.error?.message}
      isBusy={accept.isPending}
      label={t('Sign in')}
      submit={() => accept.mutate({ token, password, member_name: memberName, time_zone: ZONE })}
    >
      <TextInput label={t('E-mail')} autoComplete="username" value={email} readOnly />
      <TextInput
        label={t('Your name')}
        autoComplete="name"
        value={memberName}
        onChange={(event) => setMemberName(event.currentTarget.value)}
      />
      <NewPassword value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
    </Form>
  )
}

interface Typing {
  value: string
  onChange: (event: { currentTarget: { value: string } }) => void
}

function NewPassword(typing: Typing) {
  return (
    <PasswordInput
      label={t('A password of your own')}
      description={t('Ten characters or more.')}
      autoComplete="new-password"
      minLength={10}
      required
      {...typing}
    />
  )
}

interface Shown {
  failure: string | undefined
  isBusy: boolean
  label: string
  submit: () => void
  children: React.ReactNode
}

function Form({ failure, isBusy, label, submit, children }: Shown) {
  function send(event: FormEvent) {
    event.preventDefault()
    submit()
  }
  return (
    <form onSubmit={send}>
      <Stack>
        {failure && (
          <Alert color="red" role="alert">
            {failure}
          </Alert>
        )}
        {children}
        <Button type="submit" loading={isBusy}>
          {label}
        </Button>
      </Stack>
    </form>
  )
}
