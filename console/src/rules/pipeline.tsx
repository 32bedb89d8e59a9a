import { Select, TagsInput, TextInput, Textarea } from '@mantine/core'
import type { Schema } from '../api/call'
import { useAct } from '../api/queries'
import { FilterGroups } from '../channels/filters'
import { t } from '../words/words'
import { newPipeline, same, type PipelineRule } from './draft'
import { AddMenu, PartCard, type Part } from './part'
import styles from './rules.module.css'
import { Steps } from './steps'

const KINDS = () => ({
  title_reset: t('Give another title'),
  description_reset: t('Give another description'),
  severity_reset: t('Give another severity'),
  alert_drop: t('Drop the alert'),
  alert_inhibit: t('Drop while another alert explains it'),
})

type Settings = NonNullable<PipelineRule['settings']>

/** What is made of alerts before anybody routes them. Recoveries pass by. */
export function PipelinePart({ integration, saved, draft, change, keep }: Part) {
  const save = useAct('/alert/pipeline/upsert', {
    said: t('Saved'),
    then: () => keep({ pipeline: draft.pipeline }),
  })
  const rules = draft.pipeline
  const put = (pipeline: PipelineRule[]) => change({ pipeline })
  return (
    <PartCard
      title={t('Pipeline')}
      about={t('Rules run in order, on alerts that fire; recoveries pass by.')}
      isChanged={!same(rules, saved.pipeline)}
      isSaving={save.isPending}
      save={() => save.mutate({ integration_id: integration.integration_id, rules })}
      discard={() => put(saved.pipeline)}
    >
      <Steps items={rules} change={put} title={(each) => KINDS()[each.kind ?? 'alert_drop']}>
        {(rule, change) => (
          <>
            <Fields rule={rule} put={(settings) => change({ ...rule, settings })} />
            <FilterGroups
              title={t('Only if')}
              groups={rule.if ?? []}
              change={(groups) => change({ ...rule, if: groups })}
            />
          </>
        )}
      </Steps>
      <div>
        <AddMenu kinds={KINDS()} add={(kind) => put([...rules, newPipeline(kind)])} />
      </div>
    </PartCard>
  )
}

function Fields({ rule, put }: { rule: PipelineRule; put: (settings: Settings) => void }) {
  const { settings = {} } = rule
  switch (rule.kind) {
    case 'title_reset':
      return (
        <TextInput
          label={t('Title')}
          description={t('[TPL] before it makes it a template, as [TPL]{{.Labels.host}} is down')}
          value={(settings as Schema['TitleSettings']).title}
          onChange={(event) => put({ title: event.currentTarget.value })}
        />
      )
    case 'description_reset':
      return (
        <Textarea
          autosize
          label={t('Description')}
          description={t('[TPL] before it makes it a template, as [TPL]{{.Labels.host}} is down')}
          value={(settings as Schema['DescriptionSettings']).description}
          onChange={(event) => put({ description: event.currentTarget.value })}
        />
      )
    case 'severity_reset':
      return (
        <Severity
          value={(settings as Schema['SeveritySettings']).severity}
          put={(severity) => put({ severity })}
        />
      )
    case 'alert_inhibit':
      return <Inhibit of={settings as Schema['InhibitSettings']} put={put} />
    default:
      return null
  }
}

type Level = Schema['SeveritySettings']['severity']

function Severity({ value, put }: { value: Level; put: (severity: Level) => void }) {
  return (
    <Select
      label={t('Severity')}
      maw={200}
      allowDeselect={false}
      data={[
        { value: 'Critical', label: t('Critical') },
        { value: 'Warning', label: t('Warning') },
        { value: 'Info', label: t('Info') },
      ]}
      value={value}
      onChange={(chosen) => put(chosen as Level)}
    />
  )
}

function Inhibit({
  of,
  put,
}: {
  of: Schema['InhibitSettings']
  put: (settings: Schema['InhibitSettings']) => void
}) {
  return (
    <div className={styles.fields}>
      <TagsInput
        label={t('Both have the same')}
        placeholder="labels.host"
        value={of.equals}
        onChange={(equals) => put({ ...of, equals })}
      />
      <FilterGroups
        title={t('What explains it')}
        groups={of.source_filters}
        change={(source_filters) => put({ ...of, source_filters })}
      />
    </div>
  )
}
