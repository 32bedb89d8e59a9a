import { useState, type KeyboardEvent, type PointerEvent } from 'react'
import { MINUTE, moment } from '../words/time'
import { t } from '../words/words'
import styles from './oncall.module.css'

export const SNAP = 30 * MINUTE
const EDGE = 10

/** How far (ms) the two ends of a shift are moved. */
export type Move = (start: number, end: number) => void

interface Shown {
  from: number
  to: number
  zone?: string
  words: string
  background: string
  /** Where an instant lies on the line, in percent. */
  place: (at: number) => number
  /** How much time (ms) the whole line shows. */
  length: number
  /** What can be moved has this: as a whole, or its ends alone. */
  move?: Move
}

/** A shift on a line. It is moved with the pointer, its ends too, or with the arrow keys. */
export function Bar({ from, to, zone, words, background, place, length, move }: Shown) {
  const [held, setHeld] = useState<{ x: number; start: boolean; end: boolean } | null>(null)
  const [shift, setShift] = useState(0)
  const start = from + (held?.start ? shift : 0)
  const end = to + (held?.end ? shift : 0)
  const told = `${words}: ${moment(start, zone)} – ${moment(end, zone)}`
  const style = { left: `${place(start)}%`, width: `${place(end) - place(start)}%`, background }
  if (!move)
    return (
      <div className={styles.shift} title={told} style={style}>
        {words}
      </div>
    )

  function hold(event: PointerEvent<HTMLButtonElement>) {
    event.stopPropagation()
    event.currentTarget.setPointerCapture(event.pointerId)
    const box = event.currentTarget.getBoundingClientRect()
    const isStart = event.clientX - box.left < EDGE
    const isEnd = box.right - event.clientX < EDGE
    setHeld({ x: event.clientX, start: isStart || !isEnd, end: isEnd || !isStart })
  }

  function drag(event: PointerEvent<HTMLButtonElement>) {
    const width = event.currentTarget.parentElement?.clientWidth
    if (!held || !width) return
    setShift(Math.round((((event.clientX - held.x) / width) * length) / SNAP) * SNAP)
  }

  function drop() {
    if (held && shift) move?.(held.start ? shift : 0, held.end ? shift : 0)
    setHeld(null)
    setShift(0)
  }

  function press(event: KeyboardEvent) {
    const by = { ArrowLeft: -SNAP, ArrowRight: SNAP }[event.key]
    if (!by) return
    event.preventDefault()
    move?.(event.shiftKey ? 0 : by, by)
  }

  return (
    <button
      type="button"
      className={`${styles.shift} ${styles.movable}`}
      title={told}
      aria-label={t('{shift}. Arrow keys move it, with Shift its end alone.', { shift: told })}
      style={style}
      onPointerDown={hold}
      onPointerMove={drag}
      onPointerUp={drop}
      onPointerCancel={() => setHeld(null)}
      onKeyDown={press}
    >
      {words}
    </button>
  )
}
