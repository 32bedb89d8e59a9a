import { useRef, useState, type PointerEvent, type ReactNode } from 'react'
import { SNAP } from './bar'
import styles from './oncall.module.css'

interface Shown {
  start: number
  end: number
  /** Called with what was drawn over the empty line, in ms. */
  draw?: (from: number, to: number) => void
  children: ReactNode
}

/** One line of time; a stretch is drawn over it with the pointer. */
export function Lane({ start, end, draw, children }: Shown) {
  const lane = useRef<HTMLDivElement>(null)
  const [drawn, setDrawn] = useState<[number, number] | null>(null)

  function at(event: PointerEvent): number {
    const box = lane.current?.getBoundingClientRect()
    if (!box) return start
    const exact = start + ((event.clientX - box.left) / box.width) * (end - start)
    return Math.round(exact / SNAP) * SNAP
  }

  function finish() {
    if (drawn && draw && drawn[0] !== drawn[1]) draw(Math.min(...drawn), Math.max(...drawn))
    setDrawn(null)
  }

  const share = (length: number) => `${(100 * length) / (end - start)}%`
  return (
    <div
      ref={lane}
      className={styles.lane}
      onPointerDown={(event) => {
        if (!draw) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setDrawn([at(event), at(event)])
      }}
      onPointerMove={(event) => drawn && setDrawn([drawn[0], at(event)])}
      onPointerUp={finish}
      onPointerCancel={() => setDrawn(null)}
    >
      {children}
      {drawn && (
        <div
          className={styles.drawn}
          style={{
            left: share(Math.min(...drawn) - start),
            width: share(Math.abs(drawn[1] - drawn[0])),
          }}
        />
      )}
    </div>
  )
}
