import type { ReactNode } from 'react'
import styles from './parts.module.css'

/** Pairs of a name and what it is; those without a value are left out. */
export function Facts({ of }: { of: [string, ReactNode][] }) {
  return (
    <dl className={styles.facts}>
      {of
        .filter(([, value]) => value !== '' && value !== null && value !== undefined)
        .flatMap(([name, value]) => [
          <dt key={name}>{name}</dt>,
          <dd key={`${name}-is`}>{value}</dd>,
        ])}
    </dl>
  )
}
