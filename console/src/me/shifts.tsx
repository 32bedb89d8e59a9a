import { useRead } from '../api/queries'
import { useMe } from '../api/session'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { Table } from '../parts/table'
import { At } from '../parts/time'
import { DAY, HOUR, ms, seconds, useNow } from '../words/time'
import { t } from '../words/words'

/** The caller's own shifts of the next weeks. */
export function Shifts() {
  const me = useMe()
  const start = Math.floor(useNow() / HOUR) * HOUR
  const own = useRead('/schedule/self', { start: seconds(start), end: seconds(start + 28 * DAY) })
  return (
    <Card title={t('My shifts')}>
      <Answer to={own}>
        {({ items }) => {
          const mine = items.flatMap((schedule) =>
            schedule.final_schedule.schedules
              .filter(({ group }) =>
                group.members.some((each) => each.person_ids.includes(me.member_id)),
              )
              .map((shift) => ({ shift, schedule })),
          )
          if (!mine.length) return <Empty>{t('No shifts in the next four weeks.')}</Empty>
          return (
            <Table heads={[t('Schedule'), t('From'), t('Until')]}>
              {mine.map(({ shift, schedule }) => (
                <tr key={`${schedule.schedule_id}-${shift.start}`}>
                  <td>{schedule.schedule_name}</td>
                  <td>
                    <At at={ms(shift.start)} />
                  </td>
                  <td>
                    <At at={ms(shift.end)} />
                  </td>
                </tr>
              ))}
            </Table>
          )
        }}
      </Answer>
    </Card>
  )
}
