import { Tabs } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useMay, useMe } from '../api/session'
import { Head } from '../parts/frame'
import { useTab } from '../parts/use-tab'
import { t } from '../words/words'
import { Members } from './members'

const Teams = lazy(() => import('./teams'))
const Roles = lazy(() => import('./roles'))
const Keys = lazy(() => import('./keys'))
const Audit = lazy(() => import('./audit'))
const Applications = lazy(() => import('./applications'))
const Health = lazy(() => import('./health'))
const Organisation = lazy(() => import('./organisation'))
const CallAnything = lazy(() => import('./call'))

/** The account's settings; what the person may not read is not shown. */
export function Component() {
  const mayAudit = useMay('Audit Read')
  const me = useMe()
  const tab = useTab(
    'members',
    ...['teams', 'roles', 'keys', 'applications', 'health', 'call'],
    ...(mayAudit ? ['audit'] : []),
    ...(me.is_admin ? ['organisation'] : []),
  )
  return (
    <>
      <Head title={t('Settings')} />
      <Tabs {...tab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="members">{t('Members')}</Tabs.Tab>
          <Tabs.Tab value="teams">{t('Teams')}</Tabs.Tab>
          <Tabs.Tab value="roles">{t('Roles')}</Tabs.Tab>
          <Tabs.Tab value="keys">{t('Keys')}</Tabs.Tab>
          <Tabs.Tab value="applications">{t('Applications')}</Tabs.Tab>
          {mayAudit && <Tabs.Tab value="audit">{t('Audit')}</Tabs.Tab>}
          <Tabs.Tab value="health">{t('Health')}</Tabs.Tab>
          {me.is_admin && <Tabs.Tab value="organisation">{t('Organisation')}</Tabs.Tab>}
          <Tabs.Tab value="call">{t('Any operation')}</Tabs.Tab>
        </Tabs.List>
        <Suspense fallback={t('One moment')}>
          <Tabs.Panel value="members">
            <Members />
          </Tabs.Panel>
          <Tabs.Panel value="teams">
            <Teams />
          </Tabs.Panel>
          <Tabs.Panel value="roles">
            <Roles />
          </Tabs.Panel>
          <Tabs.Panel value="keys">
            <Keys />
          </Tabs.Panel>
          <Tabs.Panel value="applications">
            <Applications />
          </Tabs.Panel>
          <Tabs.Panel value="audit">
            <Audit />
          </Tabs.Panel>
          <Tabs.Panel value="health">
            <Health />
          </Tabs.Panel>
          <Tabs.Panel value="organisation">
            <Organisation />
          </Tabs.Panel>
          <Tabs.Panel value="call">
            <CallAnything />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </>
  )
}
