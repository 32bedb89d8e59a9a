import { Button } from '@mantine/core'
import { useId, type ReactNode } from 'react'
import { IconCheck } from '../parts/icons'
import { t } from '../words/words'
import styles from './start.module.css'

interface Shown {
  number: number
  title: string
  isDone: boolean
  isOpen: boolean
  choose: () => void
  /** Absent at the last one. */
  next: (() => void) | undefined
  children: ReactNode
}

/** One of the first steps: its number, whether it is done, and what is to be done where it is open. */
export function Step({ number, title, isDone, isOpen, choose, next, children }: Shown) {
  const id = useId()
  return (
    <li className={styles.step}>
      <h2>
        <button
          type="button"
          className={styles.title}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={choose}
        >
          <span className={styles.number} data-done={isDone || undefined}>
            {isDone ? <IconCheck size={16} aria-label={t('done')} /> : number}
          </span>
          {title}
        </button>
      </h2>
      <div id={id} className={styles.body} hidden={!isOpen}>
        {isOpen && children}
        {isOpen && next && (
          <Button mt="md" variant={isDone ? 'filled' : 'subtle'} onClick={next}>
            {isDone ? t('Go on') : t('Later')}
          </Button>
        )}
      </div>
    </li>
  )
}
