import { Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { useChannels } from '../parts/names'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { moment, ms, seconds } from '../words/time'
import { t } from '../words/words'
import styles from './oncall.module.css'

type Severity = 'Critical' | 'Warning' | 'Info'

/** Who would be told, level by level, if an incident began at an instant. */
export default function WhoIsPaged() {
  const channels = useChannels()
  const [chosen, setChosen] = useState<string | null>(null)
  const [severity, setSeverity] = useState<Severity>('Critical')
  const [at, setAt] = useState('')
  const channel = chosen ?? channels[0]?.value
  const told = useRead(
    '/channel/escalate/preview',
    { channel_id: Number(channel), severity, at: at ? seconds(Date.parse(at)) : 0 },
    { enabled: channel !== undefined },
  )
  return (
    <div className={parts.stack}>
      <div className={parts.row}>
        <Select
          label={t('Channel')}
          allowDeselect={false}
          data={channels}
          value={channel ?? null}
          onChange={setChosen}
        />
        <Select
          label={t('Severity')}
          w={130}
          allowDeselect={false}
          data={[
            { value: 'Critical', label: t('Critical') },
            { value: 'Warning', label: t('Warning') },
            { value: 'Info', label: t('Info') },
          ]}
          value={severity}
          onChange={(value) => setSeverity(value as Severity)}
        />
        <TextInput
          type="datetime-local"
          label={t('When (empty: now)')}
          value={at}
          onChange={(event) => setAt(event.currentTarget.value)}
        />
      </div>
      {!channel && <Empty>{t('There is no channel yet.')}</Empty>}
      {channel && (
        <Answer to={told}>
          {(found) => (
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
                  <li
                    key={level.layer_idx}
                    className={styles.rung}
                    data-level={level.layer_idx + 1}
                  >
                    <strong>{moment(ms(level.at))}</strong>
                    {level.people.map((each) => (
                      <div key={each.person_id}>
                        {each.person_name} {each.first_by && `(${each.first_by})`}{' '}
                        <span className={parts.soft}>{each.via}</span>
                      </div>
                    ))}
                    {level.emails.map((each) => (
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
          )}
        </Answer>
      )}
    </div>
  )
}
