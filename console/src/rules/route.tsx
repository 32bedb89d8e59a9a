import { MultiSelect, Select, Switch, TextInput } from '@mantine/core'
import { Button } from '@mantine/core'
import type { Data } from '../api/call'
import { useAct } from '../api/queries'
import { Conditions, inWords } from '../channels/filters'
import { Card } from '../parts/frame'
import { useChannels } from '../parts/names'
import { t } from '../words/words'
import { same, type Case, type Route } from './draft'
import { PartCard, type Part } from './part'
import styles from './rules.module.css'
import { Steps } from './steps'

/** Which channels take an alert: the first case that matches, unless it falls through. */
export function RoutePart({ integration, saved, draft, change, keep, kept }: Part & Kept) {
  const channels = useChannels()
  const save = useAct('/route/upsert', {
    said: t('Saved'),
    then: () => keep({ route: draft.route }),
  })
  const { cases = [], default: rest = {} } = draft.route
  const put = (changed: Partial<Route>) => change({ route: { ...draft.route, ...changed } })
  if (integration.channel_id) {
    const name = channels.find((each) => each.value === String(integration.channel_id))?.label
    return (
      <Card title={t('Route')}>
        {t('It is dedicated to the channel {name}, so there is nothing to route.', {
          name: name ?? integration.channel_id,
        })}
      </Card>
    )
  }
  const send = () =>
    save.mutate({
      integration_id: integration.integration_id,
      ...draft.route,
      sections: (kept?.sections ?? []).filter((each) => each.position <= cases.length),
      version: kept?.version ?? 0,
    })
  return (
    <PartCard
      title={t('Route')}
      about={t('Cases are tried in order; the first that matches ends the search.')}
      isChanged={!same(draft.route, saved.route)}
      isSaving={save.isPending}
      save={send}
      discard={() => change({ route: saved.route })}
    >
      <Steps
        items={cases}
        change={(changed) => put({ cases: changed })}
        title={(each) => t('If {what}', { what: inWords([each.if]) })}
      >
        {(one, changeCase) => <CaseFields one={one} put={changeCase} channels={channels} />}
      </Steps>
      <div>
        <Button
          size="xs"
          variant="default"
          onClick={() => put({ cases: [...cases, { if: [], channel_ids: [] }] })}
        >
          {t('Add a case')}
        </Button>
      </div>
      <MultiSelect
        label={t('Else')}
        description={t('What no case led anywhere goes here; with none it becomes nothing.')}
        data={channels}
        value={(rest.channel_ids ?? []).map(String)}
        onChange={(ids) => put({ default: { channel_ids: ids.map(Number) } })}
      />
    </PartCard>
  )
}

interface Kept {
  kept: Data<'/route/info'>
}

interface Fields {
  one: Case
  put: (changed: Case) => void
  channels: { value: string; label: string }[]
}

function CaseFields({ one, put, channels }: Fields) {
  const byName = one.routing_mode === 'name_mapping'
  return (
    <>
      <Conditions conditions={one.if} change={(conditions) => put({ ...one, if: conditions })} />
      <div className={styles.fields}>
        <Select
          label={t('Goes to')}
          allowDeselect={false}
          data={[
            { value: 'standard', label: t('these channels') },
            { value: 'name_mapping', label: t('the channel a label names') },
          ]}
          value={byName ? 'name_mapping' : 'standard'}
          onChange={(mode) =>
            put({
              if: one.if,
              fallthrough: one.fallthrough,
              routing_mode: mode as Case['routing_mode'],
              ...(mode === 'standard' ? { channel_ids: [] } : { name_mapping_label: '' }),
            })
          }
        />
        {byName ? (
          <TextInput
            label={t('Label')}
            placeholder="labels.team"
            value={one.name_mapping_label ?? ''}
            onChange={(event) => put({ ...one, name_mapping_label: event.currentTarget.value })}
          />
        ) : (
          <MultiSelect
            label={t('Channels')}
            data={channels}
            value={(one.channel_ids ?? []).map(String)}
            onChange={(ids) => put({ ...one, channel_ids: ids.map(Number) })}
          />
        )}
        <Switch
          label={t('then go on with the next case')}
          checked={one.fallthrough ?? false}
          onChange={(event) => put({ ...one, fallthrough: event.currentTarget.checked })}
        />
      </div>
    </>
  )
}
