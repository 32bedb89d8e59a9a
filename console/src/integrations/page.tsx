import { Button, Tabs, TextInput } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { Link } from 'react-router'
import { useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card, Empty, Head } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { Table } from '../parts/table'
import { t } from '../words/words'
import { AddIntegration } from './add'
import { SENDERS, type Sender } from './senders'

const Heartbeats = lazy(() => import('./heartbeats'))
const ChatApps = lazy(() => import('./chat-apps'))
const Webhooks = lazy(() => import('./webhooks'))
const Templates = lazy(() => import('./templates'))

/** What sends to Tocsin, and what Tocsin tells. */
export function Component() {
  return (
    <>
      <Head title={t('Integrations')} />
      <Tabs defaultValue="mine" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="mine">{t('In use')}</Tabs.Tab>
          <Tabs.Tab value="gallery">{t('Add one')}</Tabs.Tab>
          <Tabs.Tab value="heartbeats">{t('Heartbeats')}</Tabs.Tab>
          <Tabs.Tab value="webhooks">{t('Webhooks')}</Tabs.Tab>
          <Tabs.Tab value="apps">{t('Chat apps')}</Tabs.Tab>
          <Tabs.Tab value="templates">{t('Templates')}</Tabs.Tab>
        </Tabs.List>
        <Suspense fallback={t('One moment')}>
          <Tabs.Panel value="mine">
            <InUse />
          </Tabs.Panel>
          <Tabs.Panel value="gallery">
            <Gallery />
          </Tabs.Panel>
          <Tabs.Panel value="heartbeats">
            <Heartbeats />
          </Tabs.Panel>
          <Tabs.Panel value="webhooks">
            <Webhooks />
          </Tabs.Panel>
          <Tabs.Panel value="apps">
            <ChatApps />
          </Tabs.Panel>
          <Tabs.Panel value="templates">
            <Templates />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </>
  )
}

function InUse() {
  const integrations = useRead('/datasource/list', { limit: 100 })
  return (
    <Answer to={integrations}>
      {(items) =>
        items.length ? (
          <Card title={t('In use')}>
            <Table heads={[t('Name'), t('Kind'), t('State')]}>
              {items.map((each) => (
                <tr key={each.integration_id}>
                  <td>
                    <Link to={`/integrations/${each.integration_id}`}>{each.name}</Link>
                  </td>
                  <td>{each.plugin_type_name}</td>
                  <td>
                    <Badge look={each.status === 'enabled' ? 'Ok' : undefined}>
                      {each.status === 'enabled' ? t('enabled') : t('switched off')}
                    </Badge>
                  </td>
                </tr>
              ))}
            </Table>
          </Card>
        ) : (
          <Empty>{t('Nothing sends yet: add an integration.')}</Empty>
        )
      }
    </Answer>
  )
}

function Gallery() {
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState<Sender | null>(null)
  const mayManage = useMay('Integrations Manage')
  const found = SENDERS.filter((each) => each.name.toLowerCase().includes(query.toLowerCase()))
  return (
    <div className={parts.stack}>
      <TextInput
        aria-label={t('Search senders')}
        placeholder={t('Search senders')}
        maw={320}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
      />
      <div className={parts.tiles}>
        {found.map((each) => (
          <Card
            key={each.type}
            title={each.name}
            aside={
              mayManage && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t('Add {name}', { name: each.name })}
                  onClick={() => setChosen(each)}
                >
                  {t('Add')}
                </Button>
              )
            }
          >
            <p className={parts.soft}>{each.about.slice(0, 160)}</p>
          </Card>
        ))}
      </div>
      {chosen && <AddIntegration sender={chosen} close={() => setChosen(null)} />}
    </div>
  )
}
