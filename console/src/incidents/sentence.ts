import type { Data } from '../api/call'
import { span, MINUTE } from '../words/time'
import { t } from '../words/words'

export type Entry = Data<'/incident/feed'>['items'][number]
type Name = (id: number) => string

/** What an entry of a timeline says, in one sentence. */
export function sentence(entry: Entry, name: Name): string {
  const who = name(entry.creator_id)
  const { detail } = entry
  if ('fire_type' in detail) return told(detail, name)
  if ('person_ids' in detail) return assigned(who, detail, name)
  if ('field_name' in detail) return t('{who} set {field}', { who, field: detail.field_name })
  if ('alerts' in detail)
    return t('{who} moved alerts into “{title}”', { who, title: detail.target_incident.title })
  if ('target_incident' in detail)
    return t('{who} merged incidents into “{title}”', { who, title: detail.target_incident.title })
  if ('threshold' in detail) return t('A storm: {n} alerts by now', { n: detail.threshold })
  if ('mute_mins' in detail)
    return t('It changes so often that nobody is told for {span}', {
      span: span(detail.mute_mins * MINUTE),
    })
  if ('minutes' in detail)
    return t('{who} asked for quiet for {span}', { who, span: span(detail.minutes * MINUTE) })
  if ('integration_name' in detail)
    return t('{who} ran “{name}”', { who, name: detail.integration_name })
  if ('severity' in detail) return t('It began: {title}', { title: detail.title })
  return plain(entry, who, name)
}

function plain(entry: Entry, who: string, name: Name): string {
  const { detail, type } = entry
  const to = 'to' in detail ? detail.to : undefined
  if (type === 'i_ack') return t('{who} acknowledged it', { who })
  if (type === 'i_unack') return t('{who} withdrew the acknowledgement', { who })
  if (type === 'i_wake') return t('{who} ended the quiet', { who })
  if (type === 'i_comm') return t('{who} wrote', { who })
  if (type === 'i_reopen') return t('{who} opened it again', { who })
  if (type === 'i_rslv') return closed(who, 'from' in detail ? String(detail.from) : '')
  if (type === 'i_a_rspd')
    return t('{who} called {people}', {
      who,
      people: Array.isArray(to) ? to.map(name).join(', ') : '',
    })
  if (type === 'i_r_severity') return t('{who} set the severity to {to}', { who, to: String(to) })
  if (type === 'i_r_title') return t('{who} changed the title to “{to}”', { who, to: String(to) })
  return t('{who} edited it', { who })
}

function closed(who: string, by: string): string {
  if (by === 'event') return t('All its alerts recovered')
  if (by === 'expired') return t('Its senders fell silent')
  if (by === 'autorslv') return t('It was closed as it had been open for so long')
  return t('{who} resolved it', { who })
}

type Told = Extract<Entry['detail'], { fire_type: string }>

function told(detail: Told, name: Name): string {
  const people = [...detail.persons.map((each) => name(each.person_id)), ...(detail.emails ?? [])]
  if (!people.length && detail.failed_reason) return t('Nobody was told')
  const level = detail.layer_idx + 1
  return t('{people} told by {method}, level {level}', {
    people: people.join(', '),
    method: methodName(detail.by),
    level,
  })
}

/** Why a message did not arrive; empty where it did or is under way. */
export function failure(entry: Entry): string {
  if (!('fire_type' in entry.detail)) return ''
  const { failed_reason, persons } = entry.detail
  return failed_reason || persons.map((each) => each.failed_reason).find(Boolean) || ''
}

export function methodName(method: string): string {
  const names: Record<string, string> = {
    email: t('e-mail'),
    sms: t('SMS'),
    voice: t('phone call'),
    webpush: t('push'),
    push: t('push'),
  }
  return names[method] ?? method
}

type Assigned = Extract<Entry['detail'], { person_ids: number[] }>

function assigned(who: string, detail: Assigned, name: Name): string {
  const people = [...detail.person_ids.map(name), ...detail.emails].join(', ')
  if (detail.escalate_rule_name)
    return t('Escalation rule “{rule}” took it, level {level}', {
      rule: detail.escalate_rule_name,
      level: detail.layer_idx + 1,
    })
  return t('{who} handed it to {people}', { who, people })
}

/** Everybody whom entries name. */
export function peopleOf(entries: Entry[]): number[] {
  return entries.flatMap(({ creator_id, detail }) => [
    creator_id,
    ...('persons' in detail ? detail.persons.map((each) => each.person_id) : []),
    ...('person_ids' in detail ? detail.person_ids : []),
    ...('to' in detail && Array.isArray(detail.to) ? detail.to : []),
  ])
}
