import { Button, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Data } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card } from '../parts/frame'
import { t } from '../words/words'

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')]

/** The account's name, and the zone that wall times of schedules and rules are in. */
export default function Organisation() {
  const account = useRead('/account/info', {})
  return (
    <Card title={t('Organisation')}>
      <Answer to={account}>{(found) => <Form account={found} />}</Answer>
    </Card>
  )
}

function Form({ account }: { account: Data<'/account/info'> }) {
  const [name, setName] = useState(account.account_name)
  const [zone, setZone] = useState(account.time_zone)
  const update = useAct('/account/update', { said: t('Saved') })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        update.mutate({ account_name: name, time_zone: zone })
      }}
    >
      <Stack maw={420}>
        <TextInput
          label={t('Name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label={t('Time zone')}
          description={t('Wall times of schedules and rules are in it.')}
          searchable
          allowDeselect={false}
          data={[...new Set([zone, ...ZONES])]}
          value={zone}
          onChange={(chosen) => setZone(chosen ?? zone)}
        />
        <Button type="submit" disabled={!name.trim()} loading={update.isPending}>
          {t('Save')}
        </Button>
      </Stack>
    </form>
  )
}
