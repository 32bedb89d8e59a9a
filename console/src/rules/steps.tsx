import { ActionIcon } from '@mantine/core'
import type { ReactNode } from 'react'
import { Empty } from '../parts/frame'
import { IconArrowDown, IconArrowUp, IconTrash } from '../parts/icons'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'
import styles from './rules.module.css'

interface Shown<R> {
  items: R[]
  change: (items: R[]) => void
  title: (item: R) => string
  children: (item: R, put: (changed: R) => void) => ReactNode
}

/** Rules in the order in which they run; they are moved, changed and taken away. */
export function Steps<R>({ items, change, title, children }: Shown<R>) {
  const move = (place: number, to: number) => {
    const moved = items[place]
    if (moved !== undefined) change(items.toSpliced(place, 1).toSpliced(to, 0, moved))
  }
  if (!items.length) return <Empty>{t('No rules.')}</Empty>
  return (
    <ol className={styles.steps}>
      {items.map((each, place) => {
        const name = `${place + 1}. ${title(each)}`
        return (
          <li key={place} className={styles.step} aria-label={name}>
            <div className={parts.row}>
              <strong className={styles.grow}>{name}</strong>
              <ActionIcon
                variant="subtle"
                disabled={place === 0}
                aria-label={t('Move up: {name}', { name })}
                onClick={() => move(place, place - 1)}
              >
                <IconArrowUp size={17} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                disabled={place === items.length - 1}
                aria-label={t('Move down: {name}', { name })}
                onClick={() => move(place, place + 1)}
              >
                <IconArrowDown size={17} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="red"
                aria-label={t('Remove {name}', { name })}
                onClick={() => change(items.toSpliced(place, 1))}
              >
                <IconTrash size={17} />
              </ActionIcon>
            </div>
            {children(each, (changed) => change(items.with(place, changed)))}
          </li>
        )
      })}
    </ol>
  )
}
