import { Link } from 'react-router'
import { ActionIcon } from '@mantine/core'
import { useAct, useRead } from '../api/queries'
import { useMayChange } from '../api/session'
import { IconX } from '../parts/icons'
import { Card } from '../parts/frame'
import { Facts } from '../parts/facts'
import { useNames } from '../parts/names'
import parts from '../parts/parts.module.css'
import { Ago } from '../parts/time'
import { HOUR } from '../words/time'
import { t } from '../words/words'
import { inSentry, type Issue } from './status'
import { Trend } from './trend'

/** Where and since when an issue happens, whose it is, and what it is linked to. */
export function IssueFacts({ issue }: { issue: Issue }) {
  const standing = useRead('/rum/issue/standing', { issue_id: issue.issue_id })
  const links = useRead('/rum/issue/link/list', { issue_id: issue.issue_id })
  const users = useRead('/rum/issue/user/list', { issue_id: issue.issue_id, limit: 1 })
  const unlink = useAct('/rum/issue/link/delete', { said: t('Removed') })
  const mayChange = useMayChange()
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
          [t('Status as Sentry has it'), <code key="sentry">{inSentry(issue)}</code>],
          [t('Events'), issue.error_count],
          [
            t('By the hour'),
            <Trend key="trend" issueId={issue.issue_id} days={3} interval={HOUR} />,
          ],
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
        <div key={each.link_id} className={parts.row}>
          {each.kind === 'incident' ? (
            <Link to={`/incidents/${each.target}`}>{each.title || t('Incident')}</Link>
          ) : (
            <Page target={each.target} title={each.title} />
          )}
          {mayChange && (
            <ActionIcon
              variant="subtle"
              size="sm"
              aria-label={t('Remove {name}', { name: each.title || each.target })}
              onClick={() => unlink.mutate({ issue_id: issue.issue_id, link_id: each.link_id })}
            >
              <IconX size={14} />
            </ActionIcon>
          )}
        </div>
      ))}
    </Card>
  )
}

/** A page somewhere else; only web addresses are made into links. */
function Page({ target, title }: { target: string; title: string }) {
  if (!/^https?:\/\//.test(target)) return <>{title || target}</>
  return (
    <a href={target} rel="noreferrer noopener" target="_blank">
      {title || target}
    </a>
  )
}

function Seen({ timestamp, version }: { timestamp: number; version: string }) {
  return (
    <>
      <Ago at={timestamp} /> {version && t('in {version}', { version })}
    </>
  )
}
