import { Link } from 'react-router'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { Badge } from '../parts/severity'
import { Table } from '../parts/table'
import { clock } from '../words/time'
import { t } from '../words/words'

/** What the person did around an error: the views, actions and requests of their session. */
export function SessionTimeline({
  applicationId,
  sessionId,
}: {
  applicationId: string
  sessionId: string
}) {
  const session = useRead(
    '/rum/session/info',
    { application_id: applicationId, session_id: sessionId, limit: 100 },
    { enabled: sessionId !== '' },
  )
  if (!sessionId) return <Empty>{t('The event names no session.')}</Empty>
  return (
    <Card title={t('Session')}>
      <Answer to={session}>
        {({ timeline }) => (
          <Table heads={[t('When'), t('Kind'), t('What')]}>
            {timeline.map((each) => (
              <tr key={each.event_id}>
                <td>{clock(each.occurred_at)}</td>
                <td>{each.kind}</td>
                <td>
                  {each.name || each.url} {each.status > 0 && each.status}{' '}
                  {each.duration_ns > 0 && `${Math.round(each.duration_ns / 1_000_000)} ms`}{' '}
                  {each.is_crash && <Badge look="Critical">{t('crash')}</Badge>}{' '}
                  {each.issue_id && <Link to={`/issues/${each.issue_id}`}>{t('Issue')}</Link>}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Answer>
    </Card>
  )
}
