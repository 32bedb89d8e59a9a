import { Button, NumberInput, Select, Switch, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import type { Body, Schema } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { FilterGroups, usableGroups } from '../channels/filters'
import { Windows } from '../channels/windows'
import { Answer } from '../parts/answer'
import { Card, Empty, Head } from '../parts/frame'
import { useUnsaved } from '../parts/unsaved'
import parts from '../parts/parts.module.css'
import { fromLocal, seconds } from '../words/time'
import { t } from '../words/words'
import { same } from '../rules/draft'
import { isLevel } from '../rules/finished'
import rules from '../rules/rules.module.css'
import { Rung } from './rung'
import { Told } from './told'
import { When } from './when'
import styles from './oncall.module.css'

const BUILT_IN = '000000000000000000000001'

type Wish = Body<'/channel/escalate/rule/create'>

/** An escalation rule as a ladder, with who would be paged by it before it is saved. */
export function Component() {
  const { id = '', rule = '' } = useParams()
  const of = { channel_id: Number(id), rule_id: rule }
  const isNew = rule === 'new'
  const saved = useRead('/channel/escalate/rule/info', of, { enabled: !isNew })
  if (isNew) return <Editor ruleId="" wish={blank(of.channel_id)} />
  return <Answer to={saved}>{(found) => <Editor ruleId={rule} wish={wishOf(found)} />}</Answer>
}

function blank(channelId: number): Wish {
  return {
    channel_id: channelId,
    rule_name: '',
    template_id: BUILT_IN,
    layers: [newLayer()],
    filters: [],
    time_filters: [],
  }
}

function wishOf(rule: Schema['EscalationRuleItem']): Wish {
  const { channel_id, rule_name, template_id, layers, filters, time_filters } = rule
  const { description, priority, aggr_window } = rule
  return {
    ...{ channel_id, rule_name, template_id, layers, filters, time_filters },
    ...{ description, priority, aggr_window },
  }
}

const newLayer = (): Wish['layers'][number] => ({
  max_times: 3,
  notify_step: 5,
  escalate_window: 30,
  target: { by: { follow_preference: true } },
})

function Editor({ ruleId, wish: first }: { ruleId: string; wish: Wish }) {
  const navigate = useNavigate()
  const [base] = useState(first)
  const [wish, setWish] = useState(first)
  const { question, release } = useUnsaved(!same(wish, base))
  const put = (changed: Partial<Wish>) => setWish({ ...wish, ...changed })
  const back = () => void navigate(`/channels/${wish.channel_id}?tab=told`)
  const then = () => {
    release()
    back()
  }
  const create = useAct('/channel/escalate/rule/create', { said: t('Saved'), then })
  const update = useAct('/channel/escalate/rule/update', { said: t('Saved'), then })
  const whole = { ...wish, filters: usableGroups(wish.filters ?? []) }
  return (
    <>
      <Head title={wish.rule_name || t('New escalation rule')}>
        <Button variant="default" onClick={back}>
          {t('Cancel')}
        </Button>
        <Button
          disabled={!wish.rule_name.trim()}
          loading={create.isPending || update.isPending}
          onClick={() =>
            ruleId ? update.mutate({ ...whole, rule_id: ruleId }) : create.mutate(whole)
          }
        >
          {t('Save')}
        </Button>
      </Head>
      <div className={parts.columns}>
        <div className={parts.stack}>
          <Scope wish={wish} put={put} />
          <Card title={t('Who is told, in which order')}>
            <ol className={styles.ladder}>
              {wish.layers.map((layer, place) => (
                <Rung
                  key={place}
                  place={place}
                  layer={layer}
                  isLast={place === wish.layers.length - 1}
                  change={(changed) => put({ layers: wish.layers.with(place, changed) })}
                  move={(by) =>
                    put({
                      layers: wish.layers.toSpliced(place, 1).toSpliced(place + by, 0, layer),
                    })
                  }
                  remove={() => put({ layers: wish.layers.toSpliced(place, 1) })}
                />
              ))}
            </ol>
            <Button
              mt="md"
              size="xs"
              variant="default"
              onClick={() => put({ layers: [...wish.layers, newLayer()] })}
            >
              {t('Add a level')}
            </Button>
          </Card>
        </div>
        <Preview ruleId={ruleId} wish={whole} />
      </div>
      {question}
    </>
  )
}

function Scope({ wish, put }: { wish: Wish; put: (changed: Partial<Wish>) => void }) {
  const templates = useRead('/template/list', { limit: 100 }, { fresh: 300_000 })
  const waits = (wish.aggr_window ?? 0) > 0
  return (
    <Card title={t('Which incidents it takes')}>
      <div className={parts.stack}>
        <div className={rules.fields}>
          <TextInput
            label={t('Name')}
            maxLength={39}
            value={wish.rule_name}
            onChange={(event) => put({ rule_name: event.currentTarget.value })}
          />
          <NumberInput
            label={t('Priority')}
            min={0}
            max={200}
            value={wish.priority ?? 0}
            onChange={(value) => put({ priority: Number(value) || 0 })}
          />
          <Select
            label={t('Words of its messages')}
            allowDeselect={false}
            data={[
              { value: BUILT_IN, label: t('Built-in') },
              ...(templates.data?.items ?? []).map((each) => ({
                value: each.template_id,
                label: each.template_name,
              })),
            ]}
            value={wish.template_id}
            onChange={(template) => put({ template_id: template ?? BUILT_IN })}
          />
        </div>
        <FilterGroups
          title={t('Only if')}
          groups={wish.filters ?? []}
          change={(filters) => put({ filters })}
        />
        <Windows
          windows={wish.time_filters ?? []}
          change={(windows) => put({ time_filters: windows })}
          none={t('At all times')}
        />
        <Switch
          label={t('Wait a minute for more alerts before the first message')}
          checked={waits}
          onChange={(event) => put({ aggr_window: event.currentTarget.checked ? 60 : 0 })}
        />
        {waits && (
          <NumberInput
            label={t('Seconds to wait')}
            maw={200}
            min={1}
            max={3600}
            value={wish.aggr_window}
            onChange={(value) => put({ aggr_window: Number(value) || 60 })}
          />
        )}
      </div>
    </Card>
  )
}

/** Who would be paged if the rule were saved as it stands. */
function Preview({ ruleId, wish }: { ruleId: string; wish: Wish }) {
  const [severity, setSeverity] = useState<Schema['Severity']>('Critical')
  const [at, setAt] = useState('')
  const [settled] = useDebouncedValue(wish, 500)
  const layers = settled.layers.filter(isLevel)
  const told = useRead(
    '/channel/escalate/preview',
    {
      channel_id: settled.channel_id,
      severity,
      at: seconds(fromLocal(at)),
      rule: {
        rule_id: ruleId,
        rule_name: settled.rule_name,
        layers,
        filters: settled.filters,
        time_filters: settled.time_filters,
        priority: settled.priority,
      },
    },
    { enabled: layers.length > 0 },
  )
  return (
    <div className={rules.sticky} tabIndex={0} role="region" aria-label={t('Preview')}>
      <div className={parts.stack}>
        <Card title={t('Who would be paged?')}>
          <div className={parts.row}>
            <When severity={severity} setSeverity={setSeverity} at={at} setAt={setAt} />
          </div>
        </Card>
        {told.error && <p role="alert">{told.error.message}</p>}
        {layers.length === 0 && <Empty>{t('Say first whom a level tells.')}</Empty>}
        {layers.length > 0 && !told.error && (
          <Answer to={told}>{(found) => <Told found={found} />}</Answer>
        )}
      </div>
    </div>
  )
}
