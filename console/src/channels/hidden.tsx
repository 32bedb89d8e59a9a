import type { Data } from '../api/call'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Severity } from '../parts/severity'
import { Ago } from '../parts/time'
import { ms } from '../words/time'
import { t } from '../words/words'

/** What a rule would have hidden of the last days' real events. */
export function Hidden({ found }: { found: Data<'/channel/silence/rule/preview'> }) {
  return (
    <Card title={t('What it would hide')}>
      <p>
        {t('Of {all} events of the last seven days {hidden}, of {active} firing alerts {now}.', {
          all: found.event_total,
          hidden: found.hidden_event_total,
          active: found.active_alert_total,
          now: found.hidden_alert_total,
        })}
      </p>
      {found.hidden_events.slice(0, 8).map((each, place) => (
        <div key={`${each.alert_id}-${place}`} className={parts.row}>
          <Severity of={each.event_status} /> {each.title}{' '}
          <span className={parts.soft}>
            <Ago at={ms(each.event_time)} />
          </span>
        </div>
      ))}
    </Card>
  )
}
