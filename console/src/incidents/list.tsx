import { useHotkeys } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { useAct } from '../api/queries'
import { useMay } from '../api/session'
import { Empty } from '../parts/frame'
import { t } from '../words/words'
import styles from './incidents.module.css'
import { Row } from './row'
import { QuickSnooze } from './snooze'
import type { Incident } from './use-list'

const ROW = 64

interface Shown {
  items: Incident[]
  isLoading: boolean
  chosen: string[]
  setChosen: (ids: string[]) => void
  more: () => void
}

/** The list draws only the rows in sight, however many there are, and is walked by keys. */
export function IncidentList({ items, isLoading, chosen, setChosen, more }: Shown) {
  const scroller = useRef<HTMLDivElement>(null)
  const [place, setPlace] = useState(0)
  // It changes with the scrolling, so nothing of it may be remembered, and nothing is.
  // eslint-disable-next-line react-hooks/incompatible-library
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
  })
  const shown = rows.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (last > items.length - 20) more()
  })

  const current = Math.min(place, Math.max(0, items.length - 1))
  const snooze = useKeys(items, current, (next) => {
    setPlace(next)
    rows.scrollToIndex(next)
  })
  const toggle = useCallback(
    (id: string) =>
      setChosen(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id]),
    [chosen, setChosen],
  )
  useHotkeys([['x', () => items[current] && toggle(items[current].incident_id)]])

  if (!items.length)
    return <Empty>{isLoading ? t('One moment') : t('No incidents. All is calm.')}</Empty>
  return (
    <>
      <div
        ref={scroller}
        className={styles.list}
        tabIndex={0}
        role="region"
        aria-label={t('Incidents')}
      >
        <div className={styles.sheet} role="list" style={{ height: rows.getTotalSize() }}>
          {shown.map(({ index, start }) => {
            const incident = items[index]
            return (
              incident && (
                <Row
                  key={incident.incident_id}
                  incident={incident}
                  top={start}
                  isCurrent={index === current}
                  isChosen={chosen.includes(incident.incident_id)}
                  choose={toggle}
                />
              )
            )
          })}
        </div>
      </div>
      <p className={styles.keys}>
        {t('Keys: j and k move, Enter opens, x chooses, a acknowledges, r resolves, s snoozes.')}
      </p>
      {snooze}
    </>
  )
}

/** j/k walk, Enter opens, a/r/s act on the incident under the mark. */
function useKeys(items: Incident[], current: number, go: (next: number) => void) {
  const navigate = useNavigate()
  const mayManage = useMay('Incidents Manage')
  const [snoozed, setSnoozed] = useState<string | null>(null)
  const acknowledge = useAct('/incident/ack', { said: t('Acknowledged') })
  const resolve = useAct('/incident/resolve', { said: t('Resolved') })
  const id = items[current]?.incident_id
  const ids = { incident_ids: id ? [id] : [] }
  const open = mayManage && items[current]?.progress !== 'Closed' && id
  useHotkeys([
    ['j', () => go(Math.min(items.length - 1, current + 1))],
    ['k', () => go(Math.max(0, current - 1))],
    ['Enter', () => id && void navigate(`/incidents/${id}`)],
    ['a', () => open && acknowledge.mutate(ids)],
    ['r', () => open && resolve.mutate(ids)],
    ['s', () => open && setSnoozed(open)],
  ])
  return snoozed && <QuickSnooze ids={[snoozed]} close={() => setSnoozed(null)} />
}
