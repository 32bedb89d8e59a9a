import { Button, MultiSelect } from '@mantine/core'
import { useState } from 'react'
import type { Data } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Card, Empty } from '../parts/frame'
import { useMembers } from '../parts/names'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { clock, ms } from '../words/time'
import { t } from '../words/words'
import { Messages } from './messages'

type Incident = Data<'/incident/info'>

/** Who was called, by what means, when, and what came of each message. */
export function Responders({ incident }: { incident: Incident }) {
  const told = useRead('/incident/page/list', { incident_id: incident.incident_id })
  const mayManage = useMay('Incidents Manage')
  return (
    <Card title={t('Responders')}>
      {incident.responders.length === 0 && <Empty>{t('Nobody was called yet.')}</Empty>}
      <div className={parts.stack}>
        {incident.responders.map((each) => (
          <div key={each.person_id}>
            <div className={parts.row}>
              <strong>{each.person_name}</strong>
              {each.acknowledged_at > 0 && (
                <Badge look="Ok">
                  {t('acknowledged {at}', { at: clock(ms(each.acknowledged_at)) })}
                </Badge>
              )}
            </div>
            <Messages
              of={(told.data?.items ?? []).filter((one) => one.person_id === each.person_id)}
            />
          </div>
        ))}
      </div>
      {mayManage && incident.progress !== 'Closed' && <CallMore id={incident.incident_id} />}
    </Card>
  )
}

function CallMore({ id }: { id: string }) {
  const members = useMembers()
  const [people, setPeople] = useState<string[]>([])
  const call = useAct('/incident/responder/add', {
    said: t('Called'),
    then: () => setPeople([]),
  })
  return (
    <>
      <MultiSelect
        mt="sm"
        label={t('Call more people')}
        data={members}
        value={people}
        onChange={setPeople}
        searchable
      />
      {people.length > 0 && (
        <Button
          mt="xs"
          size="xs"
          loading={call.isPending}
          onClick={() => call.mutate({ incident_id: id, person_ids: people.map(Number) })}
        >
          {t('Call')}
        </Button>
      )}
    </>
  )
}
