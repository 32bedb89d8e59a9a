import type { Body, Schema } from '../api/call'

type Trial = Body<'/datasource/rules/preview'>
export type EnrichmentRule = NonNullable<Trial['enrichment_rules']>[number]
export type PipelineRule = NonNullable<Trial['pipeline_rules']>[number]
export type Route = NonNullable<Trial['route']>
export type Case = NonNullable<Route['cases']>[number]

/** What decides about an integration's events, as it is being edited. */
export interface Draft {
  enrichment: EnrichmentRule[]
  pipeline: PipelineRule[]
  route: Route
}

export const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

export function newEnrichment(kind: EnrichmentRule['kind']): EnrichmentRule {
  const settings = {
    extraction: { source_field: 'title', result_label: '', pattern: '' },
    composition: { result_label: '', template: '' },
    mapping: { mapping_type: 'schema', schema_id: '', result_labels: [] } as Schema['Lookup'],
    drop: { drop_labels: [] },
  }
  return { kind, if: [], settings: settings[kind] }
}

export function newPipeline(kind: NonNullable<PipelineRule['kind']>): PipelineRule {
  const settings = {
    title_reset: { title: '' },
    description_reset: { description: '' },
    severity_reset: { severity: 'Warning' } as const,
    alert_drop: {},
    alert_inhibit: { equals: [], source_filters: [] },
  }
  return { kind, if: [], settings: settings[kind] }
}

/** The rule with its filter in groups: conditions of a single one may stand side by side. */
export function grouped(rule: PipelineRule): PipelineRule {
  const told = (rule.if ?? []) as (Schema['Condition'] | Schema['Condition'][])[]
  const flat = told.filter((each): each is Schema['Condition'] => !Array.isArray(each))
  return flat.length ? { ...rule, if: [flat] } : rule
}
