import { ActionIcon, Button, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Body, Data } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { IconTrash } from '../parts/icons'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { t } from '../words/words'
import { Push } from './push'

type Contact = Data<'/preference/contact/list'>['items'][number]
type Service = Body<'/preference/contact/create'>['service']
const SERVICES: Service[] = [
  'email',
  'sms',
  'voice',
  'telegram',
  'slack',
  'feishu',
  'dingtalk',
  'wecom',
  'teams',
  'ntfy',
  'gotify',
]

/** Where the caller can be reached: each is proved by a code, and can be tested any time. */
export function Methods() {
  const contacts = useRead('/preference/contact/list', {})
  return (
    <Card title={t('My methods')} aside={<Push />}>
      <div className={parts.stack}>
        <Answer to={contacts}>
          {({ items }) =>
            items.length ? (
              items.map((each) => <One key={each.contact_id} contact={each} />)
            ) : (
              <Empty>{t('Nothing beside your e-mail of the login yet.')}</Empty>
            )
          }
        </Answer>
        <Add />
      </div>
    </Card>
  )
}

function One({ contact }: { contact: Contact }) {
  const [code, setCode] = useState('')
  const verify = useAct('/preference/contact/verify', { said: t('Verified') })
  const send = useAct('/preference/contact/code/send', { said: t('A code is on its way') })
  const remove = useAct('/preference/contact/delete')
  const id = { contact_id: contact.contact_id }
  return (
    <div className={parts.row}>
      <strong>{contact.service}</strong> {contact.label}
      <Badge look={contact.is_verified ? 'Ok' : 'Warning'}>
        {contact.is_verified ? t('verified') : t('not verified')}
      </Badge>
      {!contact.is_verified && (
        <>
          <TextInput
            size="xs"
            w={100}
            aria-label={t('Code')}
            placeholder={t('Code')}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <Button size="xs" disabled={!code} onClick={() => verify.mutate({ ...id, code })}>
            {t('Verify')}
          </Button>
        </>
      )}
      <Button size="xs" variant="default" loading={send.isPending} onClick={() => send.mutate(id)}>
        {contact.is_verified ? t('Test') : t('Send another code')}
      </Button>
      <ActionIcon
        variant="subtle"
        color="red"
        aria-label={t('Remove {name}', { name: contact.label })}
        onClick={() => remove.mutate(id)}
      >
        <IconTrash size={17} />
      </ActionIcon>
    </div>
  )
}

function Add() {
  const [service, setService] = useState<Service>('email')
  const [target, setTarget] = useState('')
  const create = useAct('/preference/contact/create', {
    said: t('A code is on its way'),
    then: () => setTarget(''),
  })
  return (
    <form
      className={parts.row}
      onSubmit={(event) => {
        event.preventDefault()
        create.mutate({ service, target })
      }}
    >
      <Select
        aria-label={t('Method')}
        w={120}
        allowDeselect={false}
        data={SERVICES}
        value={service}
        onChange={(chosen) => setService(chosen as Service)}
      />
      <TextInput
        aria-label={t('Address, number or webhook')}
        placeholder={t('Address, number or webhook')}
        flex={1}
        value={target}
        onChange={(event) => setTarget(event.currentTarget.value)}
      />
      <Button type="submit" disabled={!target.trim()} loading={create.isPending}>
        {t('Add')}
      </Button>
    </form>
  )
}
