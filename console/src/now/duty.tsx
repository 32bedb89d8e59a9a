import { Link } from 'react-router'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { useNames } from '../parts/names'
import parts from '../parts/parts.module.css'
import { At } from '../parts/time'
import { DAY, HOUR, ms, seconds, useNow } from '../words/time'
import { t } from '../words/words'
import styles from './now.module.css'

/** Who is on call in each schedule, until when, and who comes then. */
export function Duty() {
  const start = Math.floor(useNow() / HOUR) * HOUR
  const schedules = useRead('/schedule/list', {
    start: seconds(start),
    end: seconds(start + DAY),
    limit: 50,
  })
  const people = (schedules.data?.items ?? []).flatMap((each) =>
    [each.cur_oncall, each.next_oncall].flatMap(
      (duty) => duty?.group.members.flatMap((member) => member.person_ids) ?? [],
    ),
  )
  const name = useNames(people)
  const named = (duty: { group: { members: { person_ids: number[] }[] } } | null) =>
    duty?.group.members.flatMap((each) => each.person_ids.map(name)).join(', ') ?? ''
  return (
    <Card title={t('On call')} aside={<Link to="/on-call">{t('Schedules')}</Link>}>
      <Answer to={schedules}>
        {({ items }) =>
          items.length ? (
            <div className={styles.duty}>
              {items.map((each) => (
                <div key={each.schedule_id}>
                  <Link to={`/on-call/schedule/${each.schedule_id}`}>{each.schedule_name}</Link>
                  <div>
                    <strong>{named(each.cur_oncall) || t('nobody')}</strong>
                    {each.cur_oncall && each.cur_oncall.end > 0 && (
                      <span className={parts.soft}>
                        {' '}
                        {t('until')} <At at={ms(each.cur_oncall.end)} />
                      </span>
                    )}
                  </div>
                  {each.next_oncall && (
                    <div className={parts.soft}>
                      {t('then {name}', { name: named(each.next_oncall) })}
                    </div>
                  )}
                </div>
              ))}
            </div>
          ) : (
            <Empty>{t('There is no schedule yet.')}</Empty>
          )
        }
      </Answer>
    </Card>
  )
}
