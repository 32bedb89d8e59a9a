import { Tabs } from '@mantine/core'
import { useState } from 'react'
import { useParams } from 'react-router'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Head } from '../parts/frame'
import { Labels } from '../parts/labels'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { t } from '../words/words'
import { Activity } from './activity'
import { IssueActions } from './actions'
import { Breadcrumbs } from './breadcrumbs'
import { EventPicker } from './event-picker'
import { IssueFacts } from './facts'
import { Merges } from './merges'
import { Releases } from './releases'
import { SessionTimeline } from './session'
import { Stack } from './stack'
import { Status, type Issue } from './status'
import { Tags } from './tags'

export function Component() {
  const { id = '' } = useParams()
  const issue = useRead('/rum/issue/info', { issue_id: id }, { keep: false })
  return <Answer to={issue}>{(found) => <Detail issue={found} />}</Answer>
}

function Detail({ issue }: { issue: Issue }) {
  const [eventId, setEventId] = useState('')
  const event = useRead('/rum/issue/event/info', {
    issue_id: issue.issue_id,
    ...(eventId && { event_id: eventId }),
  })
  return (
    <>
      <Head title={issue.error.type || t('Error')}>
        <IssueActions issue={issue} />
      </Head>
      <p className={parts.row}>
        <Status of={issue.status} />
        {issue.is_crash && <Badge look="Critical">{t('crash')}</Badge>}
        {issue.regression && (
          <Badge look="Critical">
            {t('came back in {version}', { version: issue.regression.regressed_at_version })}
          </Badge>
        )}
        <span>{issue.error.message}</span>
      </p>
      <div className={parts.columns}>
        <Tabs defaultValue="stack" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="stack">{t('Stack')}</Tabs.Tab>
            <Tabs.Tab value="crumbs">{t('Breadcrumbs')}</Tabs.Tab>
            <Tabs.Tab value="session">{t('Session')}</Tabs.Tab>
            <Tabs.Tab value="releases">{t('Releases')}</Tabs.Tab>
            <Tabs.Tab value="merges">{t('Merge')}</Tabs.Tab>
            <Tabs.Tab value="why">{t('Why grouped')}</Tabs.Tab>
            <Tabs.Tab value="activity">{t('Activity')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="activity">
            <Activity issueId={issue.issue_id} />
          </Tabs.Panel>
          <Tabs.Panel value="releases">
            <Releases issue={issue} />
          </Tabs.Panel>
          <Tabs.Panel value="merges">
            <Merges issue={issue} />
          </Tabs.Panel>
          <Answer to={event}>
            {(found) => (
              <>
                <Tabs.Panel value="stack">
                  <div className={parts.stack}>
                    <EventPicker
                      issueId={issue.issue_id}
                      chosen={found.event_id}
                      choose={setEventId}
                    />
                    {found.exceptions.map((each, place) => (
                      <Stack key={place} thrown={each} />
                    ))}
                    <Card title={t('Tags')}>
                      <Labels of={found.tags} />
                    </Card>
                    <Tags issueId={issue.issue_id} />
                  </div>
                </Tabs.Panel>
                <Tabs.Panel value="crumbs">
                  <Breadcrumbs payload={found.payload} />
                </Tabs.Panel>
                <Tabs.Panel value="session">
                  <SessionTimeline
                    applicationId={issue.application_id}
                    sessionId={found.session_id}
                  />
                </Tabs.Panel>
                <Tabs.Panel value="why">
                  <Card title={t('Why grouped')}>
                    <p>{found.grouping.reason}</p>
                    <ol>
                      {found.grouping.parts.map((each, place) => (
                        <li key={place}>{each}</li>
                      ))}
                    </ol>
                  </Card>
                </Tabs.Panel>
              </>
            )}
          </Answer>
        </Tabs>
        <IssueFacts issue={issue} />
      </div>
    </>
  )
}
