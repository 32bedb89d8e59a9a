import { Link } from 'react-router'
import { useRead } from '../api/queries'
import { useMe } from '../api/session'
import { Head } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { DAY, HOUR, seconds, useNow } from '../words/time'
import { t } from '../words/words'
import { Burning } from './burning'
import { Duty } from './duty'
import { Feed } from './feed'
import styles from './now.module.css'

/** What is burning, who is on call and what they were told, in one glance. */
export function Component() {
  const end = Math.ceil(useNow() / HOUR) * HOUR
  const window = { start_time: seconds(end - 30 * DAY), end_time: seconds(end) }
  const open = useRead('/incident/list', { ...window, progress: 'Triggered,Processing', limit: 20 })
  const waiting = useRead('/incident/list', { ...window, progress: 'Triggered', limit: 1 })
  const me = useMe()
  const mine = useRead('/incident/list', {
    ...window,
    progress: 'Triggered,Processing',
    responder_ids: [me.member_id],
    limit: 1,
  })
  return (
    <>
      <Head title={t('Now')} />
      <div className={styles.figures}>
        <Figure
          n={waiting.data?.total}
          what={t('wait for somebody')}
          to="/incidents?progress=Triggered"
          isBad={(waiting.data?.total ?? 0) > 0}
        />
        <Figure n={open.data?.total} what={t('are open')} to="/incidents" />
        <Figure
          n={mine.data?.total}
          what={t('are mine')}
          to={`/incidents?responders=${me.member_id}`}
        />
      </div>
      <div className={parts.columns}>
        <div className={parts.stack}>
          <Burning incidents={open} />
          <Feed incidents={open.data?.items ?? []} />
        </div>
        <Duty />
      </div>
    </>
  )
}

function Figure({
  n,
  what,
  to,
  isBad = false,
}: {
  n: number | undefined
  what: string
  to: string
  isBad?: boolean
}) {
  return (
    <Link to={to} className={styles.figure} data-look={isBad ? 'bad' : undefined}>
      <strong>{n ?? '–'}</strong>
      <span>{what}</span>
    </Link>
  )
}
