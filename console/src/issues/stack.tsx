import type { Data } from '../api/call'
import { Card } from '../parts/frame'
import { t } from '../words/words'
import styles from './issues.module.css'

type Thrown = Data<'/rum/issue/event/info'>['exceptions'][number]
type Frame = NonNullable<Thrown['frames']>[number]

/** One exception with its frames, the innermost first, in the words of the source where it is known. */
export function Stack({ thrown }: { thrown: Thrown }) {
  const frames = [...(thrown.frames ?? [])].reverse()
  return (
    <Card title={thrown.type || t('Error')}>
      <div>{thrown.value}</div>
      <ol className={styles.frames}>
        {frames.map((each, place) => (
          <li key={place} className={each.in_app ? undefined : styles.library}>
            <One frame={each} isOpen={place === 0} />
          </li>
        ))}
      </ol>
    </Card>
  )
}

function One({ frame, isOpen }: { frame: Frame; isOpen: boolean }) {
  const where = [frame.filename || frame.abs_path, frame.line, frame.column]
    .filter(Boolean)
    .join(':')
  const title = (
    <>
      <strong>{frame.function || t('(anonymous)')}</strong> {where}
      {frame.unmapped && ` (${frame.unmapped})`}
    </>
  )
  if (!frame.context_line) return <div className={styles.plain}>{title}</div>
  return (
    <details open={isOpen}>
      <summary>{title}</summary>
      <pre className={styles.source} tabIndex={0}>
        {(frame.pre_context ?? []).join('\n')}
        <span className={styles.here}>{frame.context_line}</span>
        {(frame.post_context ?? []).join('\n')}
      </pre>
    </details>
  )
}
