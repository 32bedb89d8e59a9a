import { Button, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { Badge, Severity } from '../parts/severity'
import { Table } from '../parts/table'
import { At } from '../parts/time'
import { ms } from '../words/time'
import { t } from '../words/words'

/** When incidents would reach nobody in time, by channel and severity. */
export default function Coverage() {
  const coverage = useRead('/channel/coverage/list', { limit: 100 })
  const check = useAct('/channel/coverage/check', { said: t('It is being checked') })
  const [minutes, setMinutes] = useState<number | null>(null)
  const mayManage = useMay('Channels Manage')
  return (
    <Card
      title={t('Coverage')}
      aside={
        mayManage && (
          <>
            <NumberInput
              aria-label={t('Somebody is to be reached within minutes')}
              w={110}
              min={1}
              max={720}
              suffix={` ${t('min')}`}
              value={minutes ?? coverage.data?.items[0]?.within_minutes ?? ''}
              onChange={(value) => setMinutes(Number(value) || null)}
            />
            <Button
              size="xs"
              loading={check.isPending}
              onClick={() => check.mutate(minutes ? { within_minutes: minutes } : {})}
            >
              {t('Check now')}
            </Button>
          </>
        )
      }
    >
      <Answer to={coverage}>
        {({ items }) =>
          items.length ? (
            <Table heads={[t('Channel'), t('Severity'), t('Covered'), t('Why')]}>
              {items.map((each) => (
                <tr key={`${each.channel_id}-${each.severity}`}>
                  <td>{each.channel_name}</td>
                  <td>
                    <Severity of={each.severity} />
                  </td>
                  <td>
                    {each.is_covered ? (
                      <Badge look="Ok">{t('yes')}</Badge>
                    ) : (
                      <>
                        <Badge look="Critical">{t('no')}</Badge> <At at={ms(each.uncovered_at)} />
                      </>
                    )}
                  </td>
                  <td>
                    {each.reason}
                    {each.trace.length > 0 && (
                      <details>
                        <summary>{t('How')}</summary>
                        <ol>
                          {each.trace.map((line, place) => (
                            <li key={place}>{line}</li>
                          ))}
                        </ol>
                      </details>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          ) : (
            <Empty>
              {t('Coverage is checked for channels that have rules; there is nothing yet.')}
            </Empty>
          )
        }
      </Answer>
    </Card>
  )
}
