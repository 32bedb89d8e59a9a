import { useEffect, type ReactNode } from 'react'
import styles from './parts.module.css'

/** The title of a screen with what can be done on it. It names the browser's tab too. */
export function Head({ title, children }: { title: string; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Tocsin`
  }, [title])
  return (
    <header className={styles.head}>
      <h1>{title}</h1>
      {children}
    </header>
  )
}

/** A titled part of a screen. */
export function Card({
  title,
  aside,
  children,
}: {
  title: string
  aside?: ReactNode
  children: ReactNode
}) {
  return (
    <section className={styles.card} aria-label={title}>
      <div className={styles.cardhead}>
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  )
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className={styles.empty}>{children}</p>
}
