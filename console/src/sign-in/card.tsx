import { Stack } from '@mantine/core'
import { useEffect, type ReactNode } from 'react'
import styles from './sign-in.module.css'

/** The one card of a page that nobody needs to be signed in for. */
export function Card({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Tocsin`
  }, [title])
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Stack>
          <img src="/icon.svg" alt="" className={styles.mark} />
          <h1>{title}</h1>
          {children}
        </Stack>
      </div>
    </main>
  )
}
