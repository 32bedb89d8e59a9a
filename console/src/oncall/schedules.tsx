import { Link } from 'react-router'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { useNames } from '../parts/names'
import parts from '../parts/parts.module.css'
import { DAY, HOUR, seconds, useNow } from '../words/time'
import { t } from '../words/words'
import { Board } from './board'
import { peopleOf } from './shifts'

const DAYS = 14

/** Every schedule with the next two weeks. */
export function Schedules() {
  const start = Math.floor(useNow() / HOUR) * HOUR
  const end = start + DAYS * DAY
  const schedules = useRead('/schedule/list', {
    start: seconds(start),
    end: seconds(end),
    limit: 50,
  })
  const name = useNames(
    (schedules.data?.items ?? []).flatMap((each) => peopleOf(each.final_schedule)),
  )
  return (
    <Answer to={schedules}>
      {({ items }) =>
        items.length ? (
          <div className={parts.stack}>
            {items.map((each) => (
              <Card
                key={each.schedule_id}
                title={each.schedule_name ?? ''}
                aside={<Link to={`/on-call/schedule/${each.schedule_id}`}>{t('Open')}</Link>}
              >
                <Board
                  start={start}
                  end={end}
                  name={name}
                  lines={[
                    { title: t('On call'), duty: each.final_schedule, gaps: each.warnings ?? [] },
                  ]}
                />
              </Card>
            ))}
          </div>
        ) : (
          <Empty>{t('There is no schedule yet.')}</Empty>
        )
      }
    </Answer>
  )
}
