import { t } from '../words/words'
import styles from './parts.module.css'

export type SeverityName = 'Critical' | 'Warning' | 'Info' | 'Ok'

/** A severity, in words and not by colour alone. */
export function Severity({ of }: { of: SeverityName }) {
  const words = { Critical: t('Critical'), Warning: t('Warning'), Info: t('Info'), Ok: t('Ok') }
  return <span className={`${styles.badge} ${styles[of]}`}>{words[of]}</span>
}

export function Badge({ children, look }: { children: React.ReactNode; look?: SeverityName }) {
  return <span className={look ? `${styles.badge} ${styles[look]}` : styles.badge}>{children}</span>
}
