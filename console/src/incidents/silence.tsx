import { useNavigate, useParams } from 'react-router'
import type { Data } from '../api/call'
import { useRead } from '../api/queries'
import type { Condition } from '../channels/filters'
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
          name={t('Silence of {title}', { title: found.title }).slice(0, 39)}
          conditions={about(found)}
          offers={{ title: found.title, ...labelled(found.labels) }}
          close={() => void navigate(`/incidents/${id}`)}
        />
      )}
    </Answer>
  )
}

function labelled(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [`labels.${key}`, value]))
}

/** Its title as it stands; its labels are offered beside it. */
function about({ title }: Data<'/incident/info'>): Condition[] {
  return [{ key: 'title', oper: 'IN', vals: [title] }]
}
