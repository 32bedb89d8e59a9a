import { Link } from 'react-router'
import { useRead } from '../api/queries'
import { Card } from '../parts/frame'
import { Facts } from '../parts/facts'
import { useNames } from '../parts/names'
import parts from '../parts/parts.module.css'
import { Ago } from '../parts/time'
import { t } from '../words/words'
import type { Issue } from './status'

/** Where and since when an issue happens, whose it is, and what it is linked to. */
export function IssueFacts({ issue }: { issue: Issue }) {
  const standing = useRead('/rum/issue/standing', { issue_id: issue.issue_id })
  const links = useRead('/rum/issue/link/list', { issue_id: issue.issue_id })
  const users = useRead('/rum/issue/user/list', { issue_id: issue.issue_id, limit: 1 })
  const assignees = standing.data?.assignee_ids ?? []
  const name = useNames(assignees)
  const suspect = standing.data?.suspect_release
  return (
    <Card title={t('Facts')}>
      <Facts
        of={[
          [t('Application'), issue.application_name],
          [t('Service'), issue.service],
          [t('Status in the API'), <code key="status">{issue.status}</code>],
          [t('Events'), issue.error_count],
          [t('Sessions'), issue.session_count],
          [t('People'), users.data?.total ?? ''],
          [t('First seen'), <Seen key="first" {...issue.first_seen} />],
          [t('Last seen'), <Seen key="last" {...issue.last_seen} />],
          [t('Releases'), issue.versions.join(', ')],
          [t('Assigned to'), assignees.map(name).join(', ')],
          [t('Suspected release'), suspect?.version ? `${suspect.version}: ${suspect.reason}` : ''],
          [t('Suspected cause'), issue.suspected_cause.reason || issue.suspected_cause.value],
        ]}
      />
      {(links.data?.items ?? []).map((each) => (
        <div key={each.link_id} className={parts.soft}>
          {each.kind === 'incident' ? (
            <Link to={`/incidents/${each.target}`}>{each.title || t('Incident')}</Link>
          ) : (
            each.title || each.target
          )}
        </div>
      ))}
    </Card>
  )
}

function Seen({ timestamp, version }: { timestamp: number; version: string }) {
  return (
    <>
      <Ago at={timestamp} /> {version && t('in {version}', { version })}
    </>
  )
}
