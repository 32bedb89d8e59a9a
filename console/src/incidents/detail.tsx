import { Tabs } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useParams } from 'react-router'
import type { Data } from '../api/call'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Head } from '../parts/frame'
import { Labels } from '../parts/labels'
import { Markdown } from '../parts/markdown'
import parts from '../parts/parts.module.css'
import { Severity } from '../parts/severity'
import { Ago } from '../parts/time'
import { ms, useNow } from '../words/time'
import { t } from '../words/words'
import { Actions } from './actions'
import { Facts } from './facts'
import { Progress } from './progress'
import { Responders } from './responders'
import { Timeline } from './timeline'

const Alerts = lazy(() => import('./alerts'))
const Story = lazy(() => import('./story'))
const Around = lazy(() => import('./around'))

export function Component() {
  const { id = '' } = useParams()
  const incident = useRead('/incident/info', { incident_id: id }, { keep: false })
  return <Answer to={incident}>{(found) => <Detail incident={found} />}</Answer>
}

function Detail({ incident }: { incident: Data<'/incident/info'> }) {
  const now = useNow()
  return (
    <>
      <Head title={incident.title}>
        <Actions incident={incident} />
      </Head>
      <p className={parts.row}>
        <Severity of={incident.incident_severity} />
        <Progress of={incident.progress} isSnoozed={ms(incident.snoozed_before) > now} />
        <span className={parts.soft}>
          {incident.num} · {incident.channel_name || t('no channel')} ·{' '}
          <Ago at={ms(incident.start_time)} />
        </span>
      </p>
      <div className={parts.columns}>
        <div className={parts.stack}>
          {(incident.description || Object.keys(incident.labels).length > 0) && (
            <Card title={t('What it is')}>
              {incident.description && <Markdown text={incident.description} />}
              <Labels of={incident.labels} />
            </Card>
          )}
          <Tabs defaultValue="timeline" keepMounted={false}>
            <Tabs.List mb="md">
              <Tabs.Tab value="timeline">{t('Timeline')}</Tabs.Tab>
              <Tabs.Tab value="alerts">{t('Alerts ({n})', { n: incident.alert_cnt })}</Tabs.Tab>
              <Tabs.Tab value="why">{t('Why')}</Tabs.Tab>
              <Tabs.Tab value="around">{t('Changes and past')}</Tabs.Tab>
            </Tabs.List>
            <Suspense fallback={t('One moment')}>
              <Tabs.Panel value="timeline">
                <Timeline id={incident.incident_id} />
              </Tabs.Panel>
              <Tabs.Panel value="alerts">
                <Alerts id={incident.incident_id} />
              </Tabs.Panel>
              <Tabs.Panel value="why">
                <Story id={incident.incident_id} />
              </Tabs.Panel>
              <Tabs.Panel value="around">
                <Around incident={incident} />
              </Tabs.Panel>
            </Suspense>
          </Tabs>
        </div>
        <div className={parts.stack}>
          <Responders incident={incident} />
          <Facts incident={incident} />
        </div>
      </div>
    </>
  )
}
