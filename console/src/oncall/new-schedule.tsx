import { Button, MultiSelect, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useAct } from '../api/queries'
import { Card, Head } from '../parts/frame'
import { useMembers, useTeams } from '../parts/names'
import { useUnsaved } from '../parts/unsaved'
import { HOUR, seconds } from '../words/time'
import { t } from '../words/words'
import { rotation } from './write'

/** A first schedule: people who take weekly turns. The rest is edited on its timeline. */
export function Component() {
  const navigate = useNavigate()
  const members = useMembers()
  const teams = useTeams()
  const [name, setName] = useState('')
  const [team, setTeam] = useState<string | null>(null)
  const [people, setPeople] = useState<string[]>([])
  const { question, release } = useUnsaved(Boolean(name || people.length))
  const create = useAct('/schedule/create', {
    then: () => {
      release()
      void navigate('/on-call')
    },
  })
  const send = () =>
    create.mutate({
      schedule_name: name,
      team_id: Number(team ?? 0),
      layers: [
        rotation(t('By turns'), people.map(Number), seconds(Math.floor(Date.now() / HOUR) * HOUR)),
      ],
    })
  return (
    <>
      <Head title={t('New schedule')} />
      <Card title={t('Who takes turns')}>
        <Stack maw={480}>
          <TextInput
            label={t('Name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select label={t('Team')} data={teams} value={team} onChange={setTeam} clearable />
          <MultiSelect
            label={t('People, in the order of their weeks')}
            data={members}
            value={people}
            onChange={setPeople}
            searchable
          />
          <Button
            disabled={!name.trim() || !people.length}
            loading={create.isPending}
            onClick={send}
          >
            {t('Save')}
          </Button>
        </Stack>
      </Card>
      {question}
    </>
  )
}
