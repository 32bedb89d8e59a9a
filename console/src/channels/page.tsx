import { Button, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card, Empty, Head } from '../parts/frame'
import { useTeams } from '../parts/names'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { t } from '../words/words'
import { Senders } from './senders'

/** The spaces incidents live in. */
export function Component() {
  const channels = useRead('/channel/list', { limit: 100 })
  const mayManage = useMay('Channels Manage')
  const [isMaking, setMaking] = useState(false)
  return (
    <>
      <Head title={t('Channels and rules')}>
        {mayManage && <Button onClick={() => setMaking(true)}>{t('New channel')}</Button>}
      </Head>
      <Answer to={channels}>
        {({ items }) =>
          items.length ? (
            <div className={parts.tiles}>
              {items.map((each) => (
                <Card
                  key={each.channel_id}
                  title={each.channel_name}
                  aside={<Link to={`/channels/${each.channel_id}`}>{t('Rules')}</Link>}
                >
                  <p className={parts.soft}>
                    {each.team_name} {each.description}
                  </p>
                  <Badge>
                    {t('open: {n}', {
                      n:
                        (each.progress_to_incident_cnts?.Triggered ?? 0) +
                        (each.progress_to_incident_cnts?.Processing ?? 0),
                    })}
                  </Badge>
                </Card>
              ))}
            </div>
          ) : (
            <Empty>{t('There is no channel yet.')}</Empty>
          )
        }
      </Answer>
      <div className={parts.below}>
        <Senders />
      </div>
      {isMaking && <Make close={() => setMaking(false)} />}
    </>
  )
}

function Make({ close }: { close: () => void }) {
  const teams = useTeams()
  const [name, setName] = useState('')
  const [team, setTeam] = useState<string | null>(null)
  const create = useAct('/channel/create', { said: t('Saved'), then: close })
  return (
    <Modal opened onClose={close} title={t('New channel')}>
      <Stack>
        <TextInput
          label={t('Name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Select label={t('Team')} data={teams} value={team} onChange={setTeam} />
        <Button
          disabled={!name.trim() || !team}
          loading={create.isPending}
          onClick={() => create.mutate({ channel_name: name, team_id: Number(team) })}
        >
          {t('Save')}
        </Button>
      </Stack>
    </Modal>
  )
}
