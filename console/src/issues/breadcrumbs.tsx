import { Card, Empty } from '../parts/frame'
import { Table } from '../parts/table'
import { clock } from '../words/time'
import { t } from '../words/words'

interface Crumb {
  timestamp?: number | string
  category?: string
  type?: string
  level?: string
  message?: string
  data?: Record<string, unknown>
}

/** What happened in the application before an error, as its SDK kept it. */
export function Breadcrumbs({ payload }: { payload: string }) {
  const crumbs = read(payload)
  return (
    <Card title={t('Breadcrumbs')}>
      {crumbs.length === 0 && <Empty>{t('Its SDK sent none.')}</Empty>}
      {crumbs.length > 0 && (
        <Table heads={[t('When'), t('Kind'), t('What')]}>
          {crumbs.map((each, place) => (
            <tr key={place}>
              <td>{when(each)}</td>
              <td>{each.category ?? each.type}</td>
              <td>
                {each.message} {each.data && JSON.stringify(each.data)}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  )
}

function read(payload: string): Crumb[] {
  try {
    const { breadcrumbs } = JSON.parse(payload) as { breadcrumbs?: Crumb[] | { values?: Crumb[] } }
    const found = Array.isArray(breadcrumbs) ? breadcrumbs : breadcrumbs?.values
    return Array.isArray(found) ? found.filter((each) => typeof each === 'object') : []
  } catch {
    return []
  }
}

function when({ timestamp }: Crumb): string {
  if (timestamp === undefined) return ''
  const at = typeof timestamp === 'number' ? timestamp * 1000 : Date.parse(timestamp)
  return Number.isFinite(at) ? clock(at) : ''
}
