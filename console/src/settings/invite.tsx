import { Button, MultiSelect, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct, useRead } from '../api/queries'
import { Code } from '../parts/code'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'

/** Somebody new by their mail address, and the link that lets them in. */
export function Invite() {
  const roles = useRead('/role/list', {})
  const [email, setEmail] = useState('')
  const [chosen, setChosen] = useState<string[]>([])
  const [url, setUrl] = useState('')
  const link = useAct('/invitation/create', { then: (made) => setUrl(made.url) })
  const invite = useAct('/member/invite', {
    said: t('Invited'),
    then: ({ items: [made] }) => {
      setEmail('')
      if (made) link.mutate({ member_id: made.member_id })
    },
  })
  return (
    <div className={parts.stack}>
      <form
        className={parts.row}
        onSubmit={(event) => {
          event.preventDefault()
          invite.mutate({ members: [{ email, role_ids: chosen.map(Number) }] })
        }}
      >
        <TextInput
          type="email"
          aria-label={t('E-mail')}
          placeholder={t('E-mail')}
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <MultiSelect
          aria-label={t('Roles')}
          placeholder={chosen.length ? undefined : t('Roles')}
          miw={200}
          data={(roles.data?.items ?? []).map((each) => ({
            value: String(each.role_id),
            label: each.role_name,
          }))}
          value={chosen}
          onChange={setChosen}
        />
        <Button type="submit" loading={invite.isPending}>
          {t('Invite')}
        </Button>
      </form>
      {url && <Code text={url} label={t('A link that lets them in once')} />}
    </div>
  )
}
