import { full, moment, span, TICK, useNow } from '../words/time'
import { t } from '../words/words'

/** How long ago an instant (ms) was; the exact one when asked. */
export function Ago({ at }: { at: number }) {
  const now = useNow()
  if (!at) return <>—</>
  const past = now - at
  const said =
    past > -TICK ? t('{span} ago', { span: span(past) }) : t('in {span}', { span: span(-past) })
  return (
    <time dateTime={new Date(at).toISOString()} title={full(at)}>
      {said}
    </time>
  )
}

export function At({ at, zone }: { at: number; zone?: string }) {
  if (!at) return <>—</>
  return (
    <time dateTime={new Date(at).toISOString()} title={full(at)}>
      {moment(at, zone)}
    </time>
  )
}
