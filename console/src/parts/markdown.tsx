import { lazy, Suspense } from 'react'
import styles from './parts.module.css'

const Rendered = lazy(() => import('./markdown-body'))

/** Markdown that anybody may have written: raw HTML and images stay text, links open apart. */
export function Markdown({ text }: { text: string }) {
  return (
    <div className={styles.markdown}>
      <Suspense fallback={text}>
        <Rendered text={text} />
      </Suspense>
    </div>
  )
}
