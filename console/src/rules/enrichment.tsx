import { Checkbox, Select, TagsInput, TextInput } from '@mantine/core'
import type { Schema } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { Conditions } from '../channels/filters'
import { t } from '../words/words'
import { newEnrichment, same, type EnrichmentRule } from './draft'
import { AddMenu, PartCard, type Part } from './part'
import styles from './rules.module.css'
import { Steps } from './steps'

const KINDS = () => ({
  extraction: t('Take a label out of a text'),
  composition: t('Write a label'),
  mapping: t('Look labels up'),
  drop: t('Take labels away'),
})

/** Labels that are added to events, by rules that run in order. */
export function EnrichmentPart({ integration, saved, draft, change, keep }: Part) {
  const save = useAct('/enrichment/upsert', {
    said: t('Saved'),
    then: () => keep({ enrichment: draft.enrichment }),
  })
  const rules = draft.enrichment
  const put = (enrichment: EnrichmentRule[]) => change({ enrichment })
  return (
    <PartCard
      title={t('Enrichment')}
      about={t(
        'Each rule works on what the one before it left. A rule that fails changes nothing.',
      )}
      isChanged={!same(rules, saved.enrichment)}
      isSaving={save.isPending}
      save={() => save.mutate({ integration_id: integration.integration_id, rules })}
      discard={() => put(saved.enrichment)}
    >
      <Steps items={rules} change={put} title={(each) => KINDS()[each.kind]}>
        {(rule, change) => (
          <>
            <Settings rule={rule} put={(settings) => change({ ...rule, settings })} />
            <Conditions
              when={t('Only if')}
              conditions={rule.if ?? []}
              change={(conditions) => change({ ...rule, if: conditions })}
            />
          </>
        )}
      </Steps>
      <div>
        <AddMenu kinds={KINDS()} add={(kind) => put([...rules, newEnrichment(kind)])} />
      </div>
    </PartCard>
  )
}

interface Fields<S> {
  of: S
  put: (settings: S) => void
}

function Settings({
  rule,
  put,
}: {
  rule: EnrichmentRule
  put: (settings: EnrichmentRule['settings']) => void
}) {
  switch (rule.kind) {
    case 'extraction':
      return <Extraction of={rule.settings as Schema['Extraction']} put={put} />
    case 'composition':
      return <Composition of={rule.settings as Schema['Composition']} put={put} />
    case 'mapping':
      return <Mapping of={rule.settings as Schema['Lookup']} put={put} />
    case 'drop':
      return <Drop of={rule.settings as Schema['Drop']} put={put} />
  }
}

function Extraction({ of, put }: Fields<Schema['Extraction']>) {
  const way = of.g_json === undefined ? 'pattern' : 'g_json'
  const { pattern, g_json: path, ...rest } = of
  return (
    <div className={styles.fields}>
      <TextInput
        label={t('From')}
        placeholder="title, description, labels.host"
        value={of.source_field}
        onChange={(event) => put({ ...of, source_field: event.currentTarget.value })}
      />
      <Select
        label={t('By')}
        allowDeselect={false}
        data={[
          { value: 'pattern', label: t('pattern') },
          { value: 'g_json', label: t('path into JSON') },
        ]}
        value={way}
        onChange={(chosen) => put({ ...rest, [chosen ?? way]: '' })}
      />
      <TextInput
        label={way === 'pattern' ? t('Pattern') : t('Path')}
        placeholder={way === 'pattern' ? 'host=(?P<result>\\S+)' : 'data.host'}
        value={pattern ?? path ?? ''}
        onChange={(event) => put({ ...rest, [way]: event.currentTarget.value })}
      />
      <Result of={of} put={put} />
    </div>
  )
}

function Composition({ of, put }: Fields<Schema['Composition']>) {
  return (
    <div className={styles.fields}>
      <TextInput
        label={t('Text')}
        placeholder="{{.labels.region}}-{{.labels.host}}"
        value={of.template}
        onChange={(event) => put({ ...of, template: event.currentTarget.value })}
      />
      <Result of={of} put={put} />
    </div>
  )
}

function Result<S extends { result_label: string; override?: boolean }>({ of, put }: Fields<S>) {
  return (
    <>
      <TextInput
        label={t('Into the label')}
        value={of.result_label}
        onChange={(event) => put({ ...of, result_label: event.currentTarget.value })}
      />
      <Override of={of} put={put} />
    </>
  )
}

function Override<S extends { override?: boolean }>({ of, put }: Fields<S>) {
  return (
    <Checkbox
      label={t('in place of one that is there')}
      checked={of.override ?? false}
      onChange={(event) => put({ ...of, override: event.currentTarget.checked })}
    />
  )
}

function Mapping({ of, put }: Fields<Schema['Lookup']>) {
  const schemas = useRead('/enrichment/mapping/schema/list', {})
  const apis = useRead('/enrichment/mapping/api/list', {})
  const byTable = of.mapping_type !== 'api'
  const tables = (schemas.data?.items ?? []).map((each) => ({
    value: each.schema_id,
    label: `${each.schema_name} (${each.source_labels.join(', ')})`,
  }))
  const services = (apis.data?.items ?? []).map((each) => ({
    value: each.api_id,
    label: each.api_name,
  }))
  const known = schemas.data?.items.find((each) => each.schema_id === of.schema_id)
  const { result_labels, override } = of
  return (
    <div className={styles.fields}>
      <Select
        label={t('Look up in')}
        allowDeselect={false}
        data={[
          { value: 'schema', label: t('a table') },
          { value: 'api', label: t('a service') },
        ]}
        value={of.mapping_type ?? 'schema'}
        onChange={(type) =>
          put(
            type === 'api'
              ? { mapping_type: 'api', api_id: '', result_labels, override }
              : { mapping_type: 'schema', schema_id: '', result_labels, override },
          )
        }
      />
      <Select
        label={byTable ? t('Table') : t('Service')}
        data={byTable ? tables : services}
        value={(byTable ? of.schema_id : of.api_id) || null}
        onChange={(id) => put({ ...of, [byTable ? 'schema_id' : 'api_id']: id ?? '' })}
      />
      <TagsInput
        label={t('Labels it gives')}
        data={known?.result_labels ?? []}
        value={result_labels}
        onChange={(labels) => put({ ...of, result_labels: labels })}
      />
      <Override of={of} put={put} />
    </div>
  )
}

function Drop({ of, put }: Fields<Schema['Drop']>) {
  return (
    <TagsInput
      label={t('Labels')}
      value={of.drop_labels}
      onChange={(labels) => put({ drop_labels: labels })}
    />
  )
}
