import { Link } from 'react-router'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { Badge } from '../parts/severity'
import { Table } from '../parts/table'
import { t } from '../words/words'

/** The integrations whose alerts may come to a channel, each with its own rules. */
export function Senders({ channelId }: { channelId?: number }) {
  const integrations = useRead('/datasource/list', { category: 'event.alert', limit: 100 })
  return (
    <Card title={t('Enrichment, pipeline and route, by integration')}>
      <Answer to={integrations}>
        {(items) => {
          const shown = items.filter(
            (each) => !channelId || !each.channel_id || each.channel_id === channelId,
          )
          if (!shown.length) return <Empty>{t('Nothing sends yet: add an integration.')}</Empty>
          return (
            <Table heads={[t('Name'), t('Kind'), t('Where it goes')]}>
              {shown.map((each) => (
                <tr key={each.integration_id}>
                  <td>
                    <Link to={`/integrations/${each.integration_id}/rules`}>{each.name}</Link>
                  </td>
                  <td>{each.plugin_type_name}</td>
                  <td>
                    <Badge>{each.channel_id ? t('to its own channel') : t('by its route')}</Badge>
                  </td>
                </tr>
              ))}
            </Table>
          )
        }}
      </Answer>
    </Card>
  )
}
