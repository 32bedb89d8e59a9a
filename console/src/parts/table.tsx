import type { ReactNode } from 'react'
import styles from './parts.module.css'

/** A plain table; it scrolls sideways by itself where it has no room. */
export function Table({ heads, children }: { heads: string[]; children: ReactNode }) {
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            {heads.map((each) => (
              <th key={each} scope="col">
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
