import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Data } from '../api/call'
import { useAct } from '../api/queries'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'

export type Team = Data<'/team/list'>['items'][number]

/** Who answers together. */
export function FirstTeam({ team }: { team: Team | undefined }) {
  const [name, setName] = useState('')
  const save = useAct('/team/upsert', { said: t('Saved') })
  if (team) return <p>{t('“{name}” answers together.', { name: team.team_name })}</p>
  return (
    <form
      className={parts.row}
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate({ team_name: name })
      }}
    >
      <TextInput
        aria-label={t('New team')}
        placeholder={t('New team')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" disabled={!name.trim()} loading={save.isPending}>
        {t('Save')}
      </Button>
    </form>
  )
}
