import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { moment, ms } from '../words/time'
import { t } from '../words/words'
import { DropDialog } from './drop'
import { inWords } from './filters'
import { InhibitDialog } from './inhibit'
import { RuleTable, useToggle } from './rule-table'
import { SilenceDialog } from './silence'
import { windowsInWords } from './windows'

interface Shown {
  channelId: number
}

/** Everything that keeps alerts of a channel from opening incidents. */
export function Noise({ channelId }: Shown) {
  return (
    <div className={parts.stack}>
      <Silences channelId={channelId} />
      <Inhibits channelId={channelId} />
      <Drops channelId={channelId} />
    </div>
  )
}

/** Which rule is being edited: `new` for one that is not there yet. */
type Edited<R> = R | 'new' | null

function Titled({ title, add, children }: { title: string; add: () => void; children: ReactNode }) {
  const mayManage = useMay('Channels Manage')
  return (
    <Card
      title={title}
      aside={
        mayManage && (
          <Button size="xs" variant="default" onClick={add}>
            {t('Add')}
          </Button>
        )
      }
    >
      {children}
    </Card>
  )
}

function Silences({ channelId }: Shown) {
  const wanted = { channel_id: channelId }
  const rules = useRead('/channel/silence/rule/list', wanted)
  type Rule = NonNullable<typeof rules.data>['items'][number]
  const [edited, setEdited] = useState<Edited<Rule>>(null)
  const remove = useAct('/channel/silence/rule/delete', { said: t('Removed') })
  const toggle = useToggle<Rule>(
    useAct('/channel/silence/rule/enable'),
    useAct('/channel/silence/rule/disable'),
    channelId,
  )
  const when = ({ time_filter: once, time_filters: windows }: Rule) =>
    windows.length
      ? windowsInWords(windows)
      : t('until {when}', { when: moment(ms(once.end_time)) })
  return (
    <Titled title={t('Silences')} add={() => setEdited('new')}>
      <Answer to={rules}>
        {({ items }) => (
          <RuleTable
            rules={items}
            words={(each) => `${inWords(each.filters)} (${when(each)})`}
            edit={setEdited}
            toggle={toggle}
            remove={({ rule_id }) => remove.mutate({ ...wanted, rule_id })}
          />
        )}
      </Answer>
      {edited && (
        <SilenceDialog
          channelId={channelId}
          rule={edited === 'new' ? undefined : edited}
          close={() => setEdited(null)}
        />
      )}
    </Titled>
  )
}

function Inhibits({ channelId }: Shown) {
  const wanted = { channel_id: channelId }
  const rules = useRead('/channel/inhibit/rule/list', wanted)
  type Rule = NonNullable<typeof rules.data>['items'][number]
  const [edited, setEdited] = useState<Edited<Rule>>(null)
  const remove = useAct('/channel/inhibit/rule/delete', { said: t('Removed') })
  const toggle = useToggle<Rule>(
    useAct('/channel/inhibit/rule/enable'),
    useAct('/channel/inhibit/rule/disable'),
    channelId,
  )
  return (
    <Titled title={t('Inhibit rules')} add={() => setEdited('new')}>
      <Answer to={rules}>
        {({ items }) => (
          <RuleTable
            rules={items}
            words={(each) =>
              t('{source} hides {target}', {
                source: inWords(each.source_filters),
                target: inWords(each.target_filters),
              })
            }
            edit={setEdited}
            toggle={toggle}
            remove={({ rule_id }) => remove.mutate({ ...wanted, rule_id })}
          />
        )}
      </Answer>
      {edited && (
        <InhibitDialog
          channelId={channelId}
          rule={edited === 'new' ? undefined : edited}
          close={() => setEdited(null)}
        />
      )}
    </Titled>
  )
}

function Drops({ channelId }: Shown) {
  const wanted = { channel_id: channelId }
  const rules = useRead('/channel/unsubscribe/rule/list', wanted)
  type Rule = NonNullable<typeof rules.data>['items'][number]
  const [edited, setEdited] = useState<Edited<Rule>>(null)
  const remove = useAct('/channel/unsubscribe/rule/delete', { said: t('Removed') })
  const toggle = useToggle<Rule>(
    useAct('/channel/unsubscribe/rule/enable'),
    useAct('/channel/unsubscribe/rule/disable'),
    channelId,
  )
  return (
    <Titled title={t('Drop rules')} add={() => setEdited('new')}>
      <Answer to={rules}>
        {({ items }) => (
          <RuleTable
            rules={items}
            words={(each) => inWords(each.filters)}
            edit={setEdited}
            toggle={toggle}
            remove={({ rule_id }) => remove.mutate({ ...wanted, rule_id })}
          />
        )}
      </Answer>
      {edited && (
        <DropDialog
          channelId={channelId}
          rule={edited === 'new' ? undefined : edited}
          close={() => setEdited(null)}
        />
      )}
    </Titled>
  )
}
