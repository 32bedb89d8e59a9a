import { full, moment, span, TICK, useNow } from '../words/time'
import { t } from '../words/words'

/** How long ago an instant (ms) was; the exact one when asked. */
export function Ago({ at }: { at: number }) {
  const now = useNow()
  if (!at) return <>—</>
  return (
    <time dateTime={new Date(at).toISOString()} title={full(at)}>
      {away(now - at)}
    </time>
  )
}

/** What is shown as the present may lie behind, so that the newest may seem to lie ahead of it. */
function away(past: number): string {
  if (Math.abs(past) < TICK) return t('just now')
  return past > 0 ? t('{span} ago', { span: span(past) }) : t('in {span}', { span: span(-past) })
}

export function At({ at, zone }: { at: number; zone?: string }) {
  if (!at) return <>—</>
  return (
    <time dateTime={new Date(at).toISOString()} title={full(at)}>
      {moment(at, zone)}
    </time>
  )
}
