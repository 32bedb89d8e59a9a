import { Button, Tabs } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { Link } from 'react-router'
import { useMay } from '../api/session'
import { Head } from '../parts/frame'
import { t } from '../words/words'
import { Schedules } from './schedules'

const Ladders = lazy(() => import('./ladders'))
const WhoIsPaged = lazy(() => import('./who-is-paged'))
const Coverage = lazy(() => import('./coverage'))

/** Who is on call when, in which order people are told, and whether anybody is left out. */
export function Component() {
  const mayManage = useMay('Schedules Manage')
  return (
    <>
      <Head title={t('On-call')}>
        <Button variant="default" component={Link} to="/me">
          {t('My shifts and methods')}
        </Button>
        {mayManage && (
          <Button component={Link} to="/on-call/schedule/new">
            {t('New schedule')}
          </Button>
        )}
      </Head>
      <Tabs defaultValue="schedules" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="schedules">{t('Schedules')}</Tabs.Tab>
          <Tabs.Tab value="ladders">{t('Escalation')}</Tabs.Tab>
          <Tabs.Tab value="who">{t('Who is paged at …?')}</Tabs.Tab>
          <Tabs.Tab value="coverage">{t('Coverage')}</Tabs.Tab>
        </Tabs.List>
        <Suspense fallback={t('One moment')}>
          <Tabs.Panel value="schedules">
            <Schedules />
          </Tabs.Panel>
          <Tabs.Panel value="ladders">
            <Ladders />
          </Tabs.Panel>
          <Tabs.Panel value="who">
            <WhoIsPaged />
          </Tabs.Panel>
          <Tabs.Panel value="coverage">
            <Coverage />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </>
  )
}
