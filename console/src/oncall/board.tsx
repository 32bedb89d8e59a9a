import { day, midnights, ms, useNow } from '../words/time'
import { t } from '../words/words'
import { Bar, type Move } from './bar'
import { Lane } from './lane'
import styles from './oncall.module.css'
import { colour, namesOf, type Duty, type Gap } from './shifts'

interface Line {
  title: string
  duty: Duty
  gaps?: Gap[]
  /** Moves what the line's shifts come from. */
  move?: Move
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

/** Shifts on a line of time, by the days of a zone. */
export function Board({ start, end, lines, name, zone, draw }: Shown) {
  const now = useNow()
  const place = (at: number) => (100 * (Math.min(end, Math.max(start, at)) - start)) / (end - start)
  const days = midnights(start, end, zone)
  const every = Math.ceil(days.length / 8)
  return (
    <div className={styles.board} tabIndex={0} role="region" aria-label={t('Timeline of shifts')}>
      <div className={styles.line}>
        <span className={styles.name}>{zone}</span>
        <div className={styles.head}>
          {days
            .filter((at, n) => at >= start && n % every === 0)
            .map((at) => (
              <span key={at} style={{ left: `${place(at)}%` }}>
                {day(at, zone)}
              </span>
            ))}
        </div>
      </div>
      {lines.map(({ title, duty, gaps = [], move }) => (
        <div className={styles.line} key={title}>
          <span className={styles.name}>{title}</span>
          <Lane start={start} end={end} draw={draw}>
            {duty.schedules.map((shift, turn) => (
              <Bar
                key={turn}
                from={ms(shift.start)}
                to={ms(shift.end)}
                zone={zone}
                words={namesOf(shift, name)}
                background={colour(shift.group.members.flatMap((each) => each.person_ids))}
                place={place}
                length={end - start}
                move={move}
              />
            ))}
            {gaps.map((gap) => (
              <div
                key={gap.start}
                className={styles.gap}
                title={gap.text}
                style={{
                  left: `${place(ms(gap.start))}%`,
                  width: `${place(ms(gap.end)) - place(ms(gap.start))}%`,
                }}
              >
                {t('nobody')}
              </div>
            ))}
            {now > start && now < end && (
              <div className={styles.now} style={{ left: `${place(now)}%` }} />
            )}
          </Lane>
        </div>
      ))}
    </div>
  )
}
