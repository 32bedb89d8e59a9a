import { List } from '@mantine/core'
import { Link } from 'react-router'
import { useRead } from '../api/queries'
import { Card, Head } from '../parts/frame'
import { Badge } from '../parts/severity'
import { t } from '../words/words'

/** From an empty server to the first page: what is done, and what comes next. */
export function Component() {
  const teams = useRead('/team/list', { limit: 1 })
  const members = useRead('/member/list', { limit: 2 })
  const channels = useRead('/channel/list', { limit: 1, is_brief: true })
  const senders = useRead('/datasource/list', { limit: 1 })
  const contacts = useRead('/preference/contact/list', {})
  const steps = [
    { label: t('Name a team'), to: '/settings', isDone: (teams.data?.total ?? 0) > 0 },
    { label: t('Invite others'), to: '/settings', isDone: (members.data?.total ?? 0) > 1 },
    { label: t('Open a channel'), to: '/channels', isDone: (channels.data?.total ?? 0) > 0 },
    {
      label: t('Add an integration, send a test event and watch it arrive'),
      to: '/integrations',
      isDone: (senders.data?.length ?? 0) > 0,
    },
    {
      label: t('Prove a phone, an e-mail or this browser'),
      to: '/me',
      isDone: (contacts.data?.items ?? []).some((each) => each.is_verified),
    },
    { label: t('Page yourself: report an incident'), to: '/incidents', isDone: false },
  ]
  return (
    <>
      <Head title={t('First steps')} />
      <Card title={t('To the first page')}>
        <List type="ordered" spacing="sm">
          {steps.map(({ label, to, isDone }) => (
            <List.Item key={label}>
              <Link to={to}>{label}</Link> {isDone && <Badge look="Ok">{t('done')}</Badge>}
            </List.Item>
          ))}
        </List>
      </Card>
    </>
  )
}
