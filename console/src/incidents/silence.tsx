import { useNavigate, useParams } from 'react-router'
import { useRead } from '../api/queries'
import { SilenceDialog } from '../channels/silence'
import { Answer } from '../parts/answer'
import { t } from '../words/words'

/** Silence what an incident is about, from a message's link or from its page. */
export function Component() {
  const { id = '' } = useParams()
  const navigate = useNavigate()
  const incident = useRead('/incident/info', { incident_id: id })
  return (
    <Answer to={incident}>
      {(found) => (
        <SilenceDialog
          channelId={found.channel_id}
          incidentId={found.incident_id}
          name={t('Silence of {title}', { title: found.title.slice(0, 60) })}
          conditions={[{ key: 'title', oper: 'IN', vals: [found.title] }]}
          close={() => void navigate(`/incidents/${id}`)}
        />
      )}
    </Answer>
  )
}
