import { Link } from 'react-router'
import type { Data } from '../api/call'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { At } from '../parts/time'
import { DAY, HOUR, ms, seconds } from '../words/time'
import { t } from '../words/words'

/** What changed shortly before an incident, and what it resembles. */
export default function Around({ incident }: { incident: Data<'/incident/info'> }) {
  const began = ms(incident.start_time)
  const changes = useRead('/change/list', {
    start_time: seconds(began - DAY),
    end_time: seconds(began + HOUR),
    limit: 20,
  })
  const past = useRead('/incident/past/list', { incident_id: incident.incident_id, limit: 10 })
  return (
    <div className={parts.stack}>
      <Card title={t('Changes in the day before')}>
        <Answer to={changes}>
          {({ items }) =>
            items.length ? (
              items.map((each) => (
                <div key={each.change_id}>
                  <div className={parts.row}>
                    <Badge>{each.change_status}</Badge> {each.title}
                  </div>
                  <div className={parts.soft}>
                    <At at={ms(each.last_time)} /> · {each.integration_name}
                  </div>
                </div>
              ))
            ) : (
              <Empty>{t('Nothing was changed.')}</Empty>
            )
          }
        </Answer>
      </Card>
      <Card title={t('Past incidents like it')}>
        <Answer to={past}>
          {({ items }) =>
            items.length ? (
              items.map((each) => (
                <div key={each.incident_id}>
                  <Link to={`/incidents/${each.incident_id}`}>{each.title}</Link>
                  <div className={parts.soft}>
                    <At at={ms(each.start_time)} /> ·{' '}
                    {t('{n} % alike', { n: Math.round(each.score * 100) })}
                    {each.resolution && ` · ${each.resolution}`}
                  </div>
                </div>
              ))
            ) : (
              <Empty>{t('Nothing like it in the last 30 days.')}</Empty>
            )
          }
        </Answer>
      </Card>
    </div>
  )
}
