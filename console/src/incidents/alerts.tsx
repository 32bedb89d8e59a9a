import { Accordion } from '@mantine/core'
import type { Data } from '../api/call'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Empty } from '../parts/frame'
import { Labels } from '../parts/labels'
import { Markdown } from '../parts/markdown'
import parts from '../parts/parts.module.css'
import { Badge, Severity } from '../parts/severity'
import { Ago, At } from '../parts/time'
import { ms } from '../words/time'
import { t } from '../words/words'

type Alert = Data<'/incident/alert/list'>['items'][number]

/** The alerts of an incident, each with its newest events. */
export default function Alerts({ id }: { id: string }) {
  const alerts = useRead('/incident/alert/list', {
    incident_id: id,
    include_events: true,
    limit: 100,
  })
  return (
    <Answer to={alerts}>
      {({ items }) =>
        items.length ? (
          <Accordion variant="separated" multiple defaultValue={items.slice(0, 1).map(idOf)}>
            {items.map((each) => (
              <Accordion.Item key={each.alert_id} value={each.alert_id}>
                <Accordion.Control>
                  <span className={parts.row}>
                    <Severity of={each.alert_status} />
                    {each.title}
                  </span>
                </Accordion.Control>
                <Accordion.Panel>
                  <One alert={each} />
                </Accordion.Panel>
              </Accordion.Item>
            ))}
          </Accordion>
        ) : (
          <Empty>{t('It has no alerts: somebody reported it by hand.')}</Empty>
        )
      }
    </Answer>
  )
}

const idOf = (alert: Alert) => alert.alert_id

function One({ alert }: { alert: Alert }) {
  return (
    <div className={parts.stack}>
      <div className={parts.soft}>
        {alert.integration_name} · {t('since')} <At at={ms(alert.start_time)} /> ·{' '}
        {t('events: {n}', { n: alert.event_cnt })}
        {alert.is_expired && <Badge>{t('its sender fell silent')}</Badge>}
        {alert.ever_muted && <Badge>{t('was silenced')}</Badge>}
      </div>
      {alert.description && <Markdown text={alert.description} />}
      <Labels of={alert.labels} />
      <table className={parts.table}>
        <thead>
          <tr>
            <th>{t('When')}</th>
            <th>{t('Severity')}</th>
            <th>{t('Event')}</th>
          </tr>
        </thead>
        <tbody>
          {(alert.events ?? []).map((each) => (
            <tr key={each.event_id}>
              <td>
                <Ago at={ms(each.event_time)} />
              </td>
              <td>
                <Severity of={each.event_status} />
              </td>
              <td>{each.title}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
