import { IconPlugConnectedX } from '../parts/icons'
import { useConnection } from '../api/live'
import { span, useNow } from '../words/time'
import { t } from '../words/words'
import styles from './shell.module.css'

/** Tells that what is on the screen may be old, and since when; nothing while all is well. */
export function StaleMark() {
  const { isLive, since } = useConnection()
  const now = useNow()
  if (isLive) return null
  return (
    <div className={styles.stale} role="status">
      <IconPlugConnectedX size={18} aria-hidden />
      {t('Not live for {span}: what you see may be old. Connecting again.', {
        span: span(Math.max(0, now - since)),
      })}
    </div>
  )
}
