import { Button, Tabs } from '@mantine/core'
import { useState } from 'react'
import { useParams } from 'react-router'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Ladder } from '../oncall/ladders'
import { Answer } from '../parts/answer'
import { Facts } from '../parts/facts'
import { Card, Empty, Head } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { HOUR, span } from '../words/time'
import { t } from '../words/words'
import { DropDialog } from './drop'
import { inWords } from './filters'
import { RuleTable } from './rule-table'
import { SilenceDialog } from './silence'

/** A channel with everything that decides what becomes of its alerts. */
export function Component() {
  const { id = '' } = useParams()
  const wanted = { channel_id: Number(id) }
  const channel = useRead('/channel/info', wanted)
  const ladders = useRead('/channel/escalate/rule/list', wanted)
  return (
    <Answer to={channel}>
      {(found) => (
        <>
          <Head title={found.channel_name}>
            {found.status === 'disabled' && <Badge>{t('switched off')}</Badge>}
          </Head>
          <Tabs defaultValue="noise" keepMounted={false}>
            <Tabs.List mb="md">
              <Tabs.Tab value="noise">{t('Silence, inhibit, drop')}</Tabs.Tab>
              <Tabs.Tab value="told">{t('Escalation')}</Tabs.Tab>
              <Tabs.Tab value="group">{t('Grouping')}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="noise">
              <Noise channelId={found.channel_id} />
            </Tabs.Panel>
            <Tabs.Panel value="told">
              <Answer to={ladders}>
                {({ items }) =>
                  items.length ? (
                    <div className={parts.stack}>
                      {items.map((each) => (
                        <Ladder key={each.rule_id} rule={each} />
                      ))}
                    </div>
                  ) : (
                    <Empty>{t('The channel has no escalation rule: nobody is told.')}</Empty>
                  )
                }
              </Answer>
            </Tabs.Panel>
            <Tabs.Panel value="group">
              <Card title={t('Grouping')}>
                <Facts
                  of={[
                    [t('How'), found.group ? METHODS()[found.group.method] : t('not at all')],
                    [
                      t('Within'),
                      found.group?.time_window ? span(found.group.time_window * 60_000) : '',
                    ],
                    [
                      t('Keys'),
                      (found.group?.equals ?? []).map((each) => each.join(' + ')).join(', '),
                    ],
                    [t('Storm at'), (found.group?.storm_thresholds ?? []).join(', ')],
                    [
                      t('Closes by itself after'),
                      found.auto_resolve_timeout
                        ? span((found.auto_resolve_timeout / 3600) * HOUR)
                        : '',
                    ],
                  ]}
                />
              </Card>
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </Answer>
  )
}

const METHODS = () => ({ i: t('by likeness'), p: t('by rules'), n: t('not at all') })

function Noise({ channelId }: { channelId: number }) {
  const wanted = { channel_id: channelId }
  const silences = useRead('/channel/silence/rule/list', wanted)
  const inhibits = useRead('/channel/inhibit/rule/list', wanted)
  const drops = useRead('/channel/unsubscribe/rule/list', wanted)
  const [dialog, setDialog] = useState<'silence' | 'drop' | null>(null)
  const endSilence = useAct('/channel/silence/rule/delete', { said: t('Removed') })
  const endInhibit = useAct('/channel/inhibit/rule/delete', { said: t('Removed') })
  const endDrop = useAct('/channel/unsubscribe/rule/delete', { said: t('Removed') })
  const mayManage = useMay('Channels Manage')
  const add = (kind: 'silence' | 'drop') =>
    mayManage && (
      <Button size="xs" variant="default" onClick={() => setDialog(kind)}>
        {t('Add')}
      </Button>
    )
  return (
    <div className={parts.stack}>
      <Card title={t('Silences')} aside={add('silence')}>
        <Answer to={silences}>
          {({ items }) => (
            <RuleTable
              rules={items}
              words={(each) => inWords(each.filters)}
              remove={(rule) => endSilence.mutate({ ...wanted, rule_id: rule })}
            />
          )}
        </Answer>
      </Card>
      <Card title={t('Inhibit rules')}>
        <Answer to={inhibits}>
          {({ items }) => (
            <RuleTable
              rules={items}
              words={(each) =>
                t('{source} hides {target}', {
                  source: inWords(each.source_filters),
                  target: inWords(each.target_filters),
                })
              }
              remove={(rule) => endInhibit.mutate({ ...wanted, rule_id: rule })}
            />
          )}
        </Answer>
      </Card>
      <Card title={t('Drop rules')} aside={add('drop')}>
        <Answer to={drops}>
          {({ items }) => (
            <RuleTable
              rules={items}
              words={(each) => inWords(each.filters)}
              remove={(rule) => endDrop.mutate({ ...wanted, rule_id: rule })}
            />
          )}
        </Answer>
      </Card>
      {dialog === 'silence' && (
        <SilenceDialog channelId={channelId} close={() => setDialog(null)} />
      )}
      {dialog === 'drop' && <DropDialog channelId={channelId} close={() => setDialog(null)} />}
    </div>
  )
}
