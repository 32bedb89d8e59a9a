import { useSyncExternalStore } from 'react'
import { spoken, t } from './words'

/** Instants in the console are milliseconds; the wire's seconds are converted where they enter. */
export const ms = (seconds: number): number => seconds * 1000
export const seconds = (instant: number): number => Math.floor(instant / 1000)

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** How far the present that is shown may lie behind. */
export const TICK = 15 * SECOND
let now = Date.now()
const listeners = new Set<() => void>()
setInterval(() => {
  now = Date.now()
  listeners.forEach((tell) => tell())
}, TICK)

/** The present, right to about fifteen seconds; what shows it is drawn anew as it passes. */
export function useNow(): number {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => now,
  )
}

const locale = (): string => (spoken() === 'zh' ? 'zh-CN' : 'en-GB')

export function clock(instant: number, zone?: string): string {
  return new Date(instant).toLocaleTimeString(locale(), {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZone: zone,
  })
}

export function moment(instant: number, zone?: string): string {
  return new Date(instant).toLocaleString(locale(), {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
  })
}

export function day(instant: number, zone?: string): string {
  return new Date(instant).toLocaleDateString(locale(), {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    timeZone: zone,
  })
}

export function full(instant: number): string {
  return new Date(instant).toLocaleString(locale(), { dateStyle: 'full', timeStyle: 'long' })
}

/** A length of time in its two largest units, such as `2 h 5 min`. */
export function span(length: number): string {
  const minutes = Math.floor(length / MINUTE)
  if (minutes < 1) return t('{n} s', { n: Math.max(0, Math.floor(length / SECOND)) })
  if (minutes < 60) return t('{n} min', { n: minutes })
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return t('{n} h', { n: hours }) + rest(minutes % 60, '{n} min')
  return t('{n} d', { n: Math.floor(hours / 24) }) + rest(hours % 24, '{n} h')
}

function rest(n: number, unit: '{n} min' | '{n} h'): string {
  return n ? ' ' + (unit === '{n} h' ? t('{n} h', { n }) : t('{n} min', { n })) : ''
}

/** What a clock in a zone shows at an instant, as ms of a clock that shows UTC. */
function wall(instant: number, zone?: string): number {
  const said = new Intl.DateTimeFormat('en-US-u-hc-h23', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instant)
  const part = (type: string) => Number(said.find((each) => each.type === type)?.value)
  return Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
}

/** An instant as a `datetime-local` field shows it, by the clocks of a zone. */
export function toLocal(instant: number, zone?: string): string {
  return new Date(wall(instant, zone)).toISOString().slice(0, 16)
}

/** The instant at which the clocks of a zone show what a `datetime-local` field does; 0 for none. */
export function fromLocal(text: string, zone?: string): number {
  const shown = Date.parse(`${text}Z`)
  if (Number.isNaN(shown)) return 0
  const near = shown - (wall(shown, zone) - shown)
  return shown - (wall(near, zone) - near)
}

/** The midnights of a zone from that before `start` up to `end`, whichever length its days have. */
export function midnights(start: number, end: number, zone?: string): number[] {
  const found: number[] = []
  let text = toLocal(start, zone).slice(0, 10)
  for (;;) {
    const at = fromLocal(`${text}T00:00`, zone)
    if (at >= end) return found
    found.push(at)
    text = new Date(Date.parse(`${text}T00:00Z`) + DAY).toISOString().slice(0, 10)
  }
}

/** The instant so many days on, at the same time of day by the clocks of a zone. */
export function addDays(instant: number, days: number, zone?: string): number {
  const [date = '', time = ''] = toLocal(instant, zone).split('T')
  const then = new Date(Date.parse(`${date}T00:00Z`) + days * DAY).toISOString().slice(0, 10)
  return fromLocal(`${then}T${time}`, zone)
}
