import styles from './parts.module.css'

export function Labels({ of }: { of: Record<string, string> }) {
  const pairs = Object.entries(of)
  if (!pairs.length) return null
  return (
    <ul className={styles.labels}>
      {pairs.map(([key, value]) => (
        <li key={key}>
          {key}={value}
        </li>
      ))}
    </ul>
  )
}
