import type { Data } from '../api/call'
import { methodName } from '../incidents/sentence'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { moment, ms } from '../words/time'
import { t } from '../words/words'
import styles from './oncall.module.css'

/** Who would be told, level by level, by which rule and by which way. */
export function Told({ found }: { found: Data<'/channel/escalate/preview'> }) {
  return (
    <Card
      title={found.rule_name || t('No rule takes it')}
      aside={
        <Badge look={found.reaches_somebody ? 'Ok' : 'Critical'}>
          {found.reaches_somebody ? t('reaches somebody') : t('reaches nobody')}
        </Badge>
      }
    >
      <p>{found.reason}</p>
      <ol className={styles.ladder}>
        {found.levels.map((level) => (
          <li key={level.layer_idx} className={styles.rung} data-level={level.layer_idx + 1}>
            <strong>{moment(ms(level.at))}</strong>
            {level.people.map((each) => (
              <div key={each.person_id}>
                {each.person_name} {each.first_by && `(${methodName(each.first_by)})`}{' '}
                <span className={parts.soft}>{each.via}</span>
                {!each.first_by && (
                  <div className={styles.lack}>
                    {t(
                      'no working way to reach them: no proved contact or that method is not set up',
                    )}
                  </div>
                )}
              </div>
            ))}
            {[...level.emails, ...level.webhooks].map((each) => (
              <div key={each}>{each}</div>
            ))}
            {level.missing.map((each) => (
              <div key={each}>
                <Badge look="Warning">{each}</Badge>
              </div>
            ))}
          </li>
        ))}
      </ol>
    </Card>
  )
}
