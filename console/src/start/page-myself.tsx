import { Button } from '@mantine/core'
import { useEffect, useEffectEvent, useState } from 'react'
import { Link } from 'react-router'
import { useAct, useRead } from '../api/queries'
import { useMe } from '../api/session'
import { Messages } from '../incidents/messages'
import { Answer } from '../parts/answer'
import { Empty } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'

/** An incident for oneself, and what becomes of each message about it. */
export function PageMyself({ arrived }: { arrived: () => void }) {
  const me = useMe()
  const [id, setId] = useState('')
  const page = useAct('/incident/create', { then: (made) => setId(made.incident_id) })
  return (
    <div className={parts.stack}>
      <p>
        {t('You are told of an incident by what you proved. Acknowledge it where it reaches you.')}
      </p>
      <div>
        <Button
          loading={page.isPending}
          onClick={() =>
            page.mutate({
              title: t('A test page from the console'),
              incident_severity: 'Critical',
              assigned_to: { type: 'assign', person_ids: [me.member_id] },
            })
          }
        >
          {id ? t('Again') : t('Page me now')}
        </Button>
      </div>
      {id && <Told id={id} arrived={arrived} />}
    </div>
  )
}

function Told({ id, arrived }: { id: string; arrived: () => void }) {
  const told = useRead('/incident/page/list', { incident_id: id }, { keep: false })
  const isSent = told.data?.items.some((each) => each.standing === 'sent') ?? false
  const tell = useEffectEvent(arrived)
  useEffect(() => {
    if (isSent) tell()
  }, [isSent])
  return (
    <div role="status">
      <Answer to={told}>
        {({ items }) =>
          items.length ? <Messages of={items} /> : <Empty>{t('Nobody was called yet.')}</Empty>
        }
      </Answer>
      <Link to={`/incidents/${id}`}>{t('Open the incident')}</Link>
    </div>
  )
}
