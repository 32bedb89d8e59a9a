import { useRef, useState, type PointerEvent } from 'react'
import { DAY, day, moment, ms, useNow } from '../words/time'
import { t } from '../words/words'
import styles from './oncall.module.css'
import { colour, namesOf, type Duty, type Gap } from './shifts'

interface Line {
  title: string
  duty: Duty
  gaps?: Gap[]
}

interface Shown {
  start: number
  end: number
  lines: Line[]
  name: (id: number) => string
  zone?: string
  /** Called with what was drawn over a line, in ms. */
  draw?: (from: number, to: number) => void
}

const SNAP = 30 * 60_000

/** Shifts on a line of time; a stretch is drawn over it with the pointer. */
export function Board({ start, end, lines, name, zone, draw }: Shown) {
  const now = useNow()
  const place = (at: number) =>
    `${(100 * (Math.min(end, Math.max(start, at)) - start)) / (end - start)}%`
  const width = (from: number, to: number) =>
    `${(100 * (Math.min(end, to) - Math.max(start, from))) / (end - start)}%`
  const days = Array.from({ length: Math.ceil((end - start) / DAY) }, (_, n) => start + n * DAY)
  const every = Math.ceil(days.length / 8)
  return (
    <div className={styles.board} tabIndex={0} role="region" aria-label={t('Timeline of shifts')}>
      <div className={styles.line}>
        <span className={styles.name}>{zone}</span>
        <div className={styles.head}>
          {days
            .filter((_, n) => n % every === 0)
            .map((at) => (
              <span key={at} style={{ left: place(at) }}>
                {day(at, zone)}
              </span>
            ))}
        </div>
      </div>
      {lines.map(({ title, duty, gaps = [] }) => (
        <div className={styles.line} key={title}>
          <span className={styles.name}>{title}</span>
          <Lane start={start} end={end} draw={draw}>
            {duty.schedules.map((shift) => (
              <div
                key={`${shift.start}-${shift.index}`}
                className={styles.shift}
                title={`${namesOf(shift, name)}: ${moment(ms(shift.start), zone)} – ${moment(ms(shift.end), zone)}`}
                style={{
                  left: place(ms(shift.start)),
                  width: width(ms(shift.start), ms(shift.end)),
                  background: colour(shift.group.members.flatMap((each) => each.person_ids)),
                }}
              >
                {namesOf(shift, name)}
              </div>
            ))}
            {gaps.map((gap) => (
              <div
                key={gap.start}
                className={styles.gap}
                title={gap.text}
                style={{ left: place(ms(gap.start)), width: width(ms(gap.start), ms(gap.end)) }}
              >
                {t('nobody')}
              </div>
            ))}
            {now > start && now < end && (
              <div className={styles.now} style={{ left: place(now) }} />
            )}
          </Lane>
        </div>
      ))}
    </div>
  )
}

interface Drawable {
  start: number
  end: number
  draw?: (from: number, to: number) => void
  children: React.ReactNode
}

function Lane({ start, end, draw, children }: Drawable) {
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
