import { SegmentedControl, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Empty, Head } from '../parts/frame'
import { Badge } from '../parts/severity'
import { Ago } from '../parts/time'
import { DAY, HOUR, useNow } from '../words/time'
import { t } from '../words/words'
import styles from './issues.module.css'
import { Status, type Issue } from './status'
import { Trend } from './trend'

type Statuses = Issue['status'][]
const OPEN: Statuses = ['for_review', 'reviewed']
const SHOWN: Record<string, Statuses> = { open: OPEN, resolved: ['resolved'], ignored: ['ignored'] }
type Order = 'error_count' | 'session_count' | 'updated_at' | 'created_at'

/** Issues of the applications, those that hit most first. */
export function Component() {
  const [shown, setShown] = useState('open')
  const [order, setOrder] = useState<Order>('error_count')
  const [query, setQuery] = useState('')
  const end = Math.ceil(useNow() / HOUR) * HOUR
  const issues = useRead('/rum/issue/list', {
    start_time: end - 30 * DAY,
    end_time: end,
    statuses: SHOWN[shown],
    orderby: order,
    limit: 100,
    by_intersection: true,
    ...(query.trim() && { dql: query }),
  })
  return (
    <>
      <Head title={t('Issues')}>
        <SegmentedControl
          aria-label={t('Status')}
          value={shown}
          onChange={setShown}
          data={[
            { value: 'open', label: t('Open') },
            { value: 'resolved', label: t('Resolved') },
            { value: 'ignored', label: t('Ignored') },
          ]}
        />
        <Select
          aria-label={t('Order')}
          w={180}
          allowDeselect={false}
          value={order}
          onChange={(chosen) => setOrder(chosen as Order)}
          data={[
            { value: 'error_count', label: t('Most events') },
            { value: 'session_count', label: t('Most sessions') },
            { value: 'updated_at', label: t('Last seen') },
            { value: 'created_at', label: t('Newest') },
          ]}
        />
      </Head>
      <TextInput
        mb="sm"
        aria-label={t('Search issues')}
        placeholder={t('Search, such as error.type:TypeError')}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
      />
      <Answer to={issues}>
        {({ items }) =>
          items.length ? (
            <ul className={styles.list}>
              {items.map((each) => (
                <Row key={each.issue_id} issue={each} />
              ))}
            </ul>
          ) : (
            <Empty>
              {t('No issues.')}{' '}
              {shown === 'open' && !query.trim() && (
                <Link to="/start?step=errors">{t('Have an application send its errors')}</Link>
              )}
            </Empty>
          )
        }
      </Answer>
    </>
  )
}

function Row({ issue }: { issue: Issue }) {
  return (
    <li className={styles.row}>
      <div>
        <Link to={`/issues/${issue.issue_id}`} className={styles.title}>
          {issue.error.type || t('Error')}
        </Link>{' '}
        <Status of={issue.status} /> {issue.is_crash && <Badge look="Critical">{t('crash')}</Badge>}{' '}
        {issue.regression && <Badge look="Critical">{t('came back')}</Badge>}
        <div className={styles.message}>{issue.error.message}</div>
        <div className={styles.message}>
          {issue.application_name} · <Ago at={issue.last_seen.timestamp} />
        </div>
      </div>
      <Trend issueId={issue.issue_id} />
      <div className={styles.number}>{t('{n} events', { n: issue.error_count })}</div>
      <div className={styles.number}>{t('{n} sessions', { n: issue.session_count })}</div>
    </li>
  )
}
