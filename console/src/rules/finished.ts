import type { Schema } from '../api/call'
import { usable, usableGroups } from '../channels/filters'
import type { Case, Draft, EnrichmentRule, PipelineRule } from './draft'

type Condition = Schema['Condition']

/** What of a draft says something already: the server refuses what is half written. */
export function finished(draft: Draft): Draft {
  return {
    enrichment: draft.enrichment.filter(isEnrichment),
    pipeline: draft.pipeline.filter(isPipeline),
    route: { ...draft.route, cases: (draft.route.cases ?? []).filter(isCase) },
  }
}

const all = (conditions: Condition[]): boolean => usable(conditions).length === conditions.length
const groups = (filters: Condition[][]): boolean =>
  usableGroups(filters).length === filters.length && filters.every(all)

function isEnrichment({ if: conditions = [], settings }: EnrichmentRule): boolean {
  return all(conditions) && Object.values(settings).every(isSaid)
}

function isPipeline({ if: conditions, settings = {} }: PipelineRule): boolean {
  const sources = (settings as Partial<Schema['InhibitSettings']>).source_filters ?? []
  return groups(conditions ?? []) && groups(sources) && Object.values(settings).every(isSaid)
}

function isCase(one: Case): boolean {
  const leads =
    one.routing_mode === 'name_mapping'
      ? /^labels\../.test(one.name_mapping_label ?? '')
      : (one.channel_ids ?? []).length > 0
  return all(one.if) && leads
}

function isSaid(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== ''
  return !Array.isArray(value) || value.length > 0
}

/** A level of a ladder that tells somebody by some method. */
export function isLevel({ target }: Schema['Layer']): boolean {
  const { by, person_ids, team_ids, emails, schedule_to_role_ids, webhooks } = target
  const robots = webhooks ?? []
  const named = [person_ids, team_ids, emails, Object.keys(schedule_to_role_ids ?? {}), robots]
  const methods = [by?.critical, by?.warning, by?.info]
  return (
    named.some((each) => each?.length) &&
    (by?.follow_preference || methods.some((each) => each?.length) || robots.length > 0) &&
    robots.every(({ settings }) => Object.values(settings ?? {}).some(isSaid))
  )
}
