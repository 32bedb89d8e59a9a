import { ActionIcon, CopyButton } from '@mantine/core'
import { IconCheck, IconCopy } from './icons'
import { t } from '../words/words'
import styles from './parts.module.css'

/** Text to be copied as it stands. */
export function Code({ text, label }: { text: string; label: string }) {
  return (
    <div className={styles.row}>
      <pre className={styles.code} tabIndex={0} aria-label={label}>
        {text}
      </pre>
      <Copy text={text} label={label} />
    </div>
  )
}

export function Copy({ text, label }: { text: string; label: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <ActionIcon
          variant="subtle"
          onClick={copy}
          aria-label={copied ? t('Copied') : t('Copy: {what}', { what: label })}
        >
          {copied ? <IconCheck size={17} /> : <IconCopy size={17} />}
        </ActionIcon>
      )}
    </CopyButton>
  )
}
