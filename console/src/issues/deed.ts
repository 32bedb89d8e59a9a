import type { Data } from '../api/call'
import { moment } from '../words/time'
import { t } from '../words/words'

type Entry = Data<'/rum/issue/activity/list'>['items'][number]
type Detail = Entry['detail']
type Name = (id: number) => string

/** What somebody did to an issue, or what became of it, in a few words. */
export function deed(entry: Entry, name: Name): string {
  const { detail } = entry
  const words: Record<Entry['type'], () => string> = {
    created: () => inVersion(t('first seen'), detail),
    stage: () => turned(t('moved it'), detail, stage),
    regressed: () => inVersion(t('it came back'), detail),
    severity: () => turned(t('changed the severity'), detail, severity),
    cause: () => turned(t('changed the suspected cause'), detail, cause),
    assigned: () => turned(t('assigned it'), detail, (ids) => people(ids, name)),
    resolve_in: () => resolved(detail),
    ignore_until: () => ignored(detail),
    suspect: () => t('named a suspected release'),
    alerted: () => t('raised an alert: {why}', { why: trigger(detail['trigger']) }),
    recovered: () => t('the alert recovered'),
    incident_closed: () => t('its incident was closed'),
    comment: () => t('wrote'),
    linked: () => t('linked it to {target}', { target: target(detail) }),
    unlinked: () => t('removed the link to {target}', { target: target(detail) }),
    ...between(detail),
    event_deleted: () => t('deleted an event'),
  }
  return words[entry.type]()
}

/** Everybody whom an entry names. */
export function peopleIn({ type, creator_id, detail }: Entry): number[] {
  if (type !== 'assigned') return [creator_id]
  return [creator_id, ...ids(detail['from']), ...ids(detail['to'])]
}

/** What happened between two issues; each of them tells it from its own side. */
function between(detail: Detail) {
  const title = detail['title'] ?? ''
  const isOther = 'other' in detail
  return {
    merged: () =>
      isOther ? t('merged “{title}” into it', { title }) : t('merged it into “{title}”', { title }),
    unmerged: () =>
      isOther
        ? t('took “{title}” out of it again', { title })
        : t('took it out of “{title}” again', { title }),
    event_moved: () =>
      isOther
        ? t('moved an event to “{title}”', { title })
        : t('moved an event here from “{title}”', { title }),
  }
}

function turned(what: string, { from = '', to = '' }: Detail, word: (raw: string) => string) {
  if (from && to) return t('{what}: from {from} to {to}', { what, from: word(from), to: word(to) })
  if (to) return t('{what}: to {to}', { what, to: word(to) })
  return from ? t('{what}: no longer {from}', { what, from: word(from) }) : what
}

function inVersion(what: string, { version }: Detail): string {
  return version ? t('{what} in {version}', { what, version }) : what
}

function resolved({ in: when = '', release = '', commit = '' }: Detail): string {
  if (when === 'next_release') return t('resolved it in the next release')
  if (when === 'release') return t('resolved it in release {release}', { release })
  if (when === 'commit') return t('resolved it by commit {commit}', { commit })
  return t('resolved it')
}

function ignored({ until_time, more_events, more_users, until_spike }: Detail): string {
  const bounds = [
    until_time && t('until {when}', { when: moment(Number(until_time)) }),
    more_events && t('until {n} more events', { n: more_events }),
    more_users && t('until {n} more people meet it', { n: more_users }),
    until_spike && t('until it happens far more often'),
  ].filter(Boolean)
  return [t('ignored it'), bounds.join(t(' or ')) || t('for good')].join(' ')
}

function target(detail: Detail): string {
  return detail['kind'] === 'incident' ? t('an incident') : (detail['target'] ?? '')
}

const ids = (text = ''): number[] => text.split(',').filter(Boolean).map(Number)
const people = (text: string, name: Name): string => ids(text).map(name).join(', ')

function stage(raw: string): string {
  const words: Record<string, string> = {
    Triage: t('new, for review'),
    Assigned: t('assigned'),
    Working: t('in work'),
    Resolved: t('resolved'),
    Ignored: t('ignored'),
  }
  return words[raw] ?? raw
}

function severity(raw: string): string {
  const words: Record<string, string> = {
    Critical: t('Critical'),
    Warning: t('Warning'),
    Info: t('Info'),
    Ok: t('Ok'),
  }
  return words[raw] ?? raw
}

function cause(raw: string): string {
  const words: Record<string, string> = {
    'api.failed_request': t('a request that failed'),
    'network.error': t('the network'),
    'code.exception': t('an exception in the code'),
    'code.invalid_object_access': t('use of something that is not there'),
    'code.invalid_argument': t('a wrong argument'),
    unknown: t('not known'),
  }
  return words[raw] ?? raw
}

function trigger(raw = ''): string {
  const words: Record<string, string> = {
    new: t('it is new'),
    regressed: t('it came back'),
    reopened: t('it was reopened'),
    raised: t('its severity rose'),
    spike: t('it happens far more often'),
    users: t('many people meet it'),
    still_open: t('it is still open'),
    closed: t('it was closed'),
  }
  return words[raw] ?? raw
}
