import { useSearchParams } from 'react-router'
import type { Body } from '../api/call'
import { DAY, HOUR, seconds } from '../words/time'

/** What the list shows. It stands in the address, so that a view can be kept and handed on. */
export interface Filters {
  query: string
  progress: string
  severity: string
  channels: string[]
  responders: string[]
  days: number
}

const OPEN = 'Triggered,Processing'

export function useFilters(): [Filters, (changed: Partial<Filters>) => void] {
  const [params, setParams] = useSearchParams()
  const filters = parse(params)
  const change = (changed: Partial<Filters>) =>
    setParams(write({ ...filters, ...changed }), { replace: true })
  return [filters, change]
}

export function parse(params: URLSearchParams): Filters {
  return {
    query: params.get('q') ?? '',
    progress: params.get('progress') ?? OPEN,
    severity: params.get('severity') ?? '',
    channels: list(params.get('channels')),
    responders: list(params.get('responders')),
    days: Number(params.get('days')) || 30,
  }
}

export function write(filters: Filters): URLSearchParams {
  const params = new URLSearchParams()
  if (filters.query) params.set('q', filters.query)
  if (filters.progress !== OPEN) params.set('progress', filters.progress)
  if (filters.severity) params.set('severity', filters.severity)
  if (filters.channels.length) params.set('channels', filters.channels.join(','))
  if (filters.responders.length) params.set('responders', filters.responders.join(','))
  if (filters.days !== 30) params.set('days', String(filters.days))
  return params
}

/** The operation's request; its end lies ahead, so that what begins meanwhile is in it too. */
export function asked(filters: Filters): Body<'/incident/list'> {
  const end = Math.ceil(Date.now() / HOUR) * HOUR
  return {
    start_time: seconds(end - filters.days * DAY),
    end_time: seconds(end),
    query: filters.query,
    progress: filters.progress,
    incident_severity: filters.severity,
    channel_ids: filters.channels.map(Number),
    responder_ids: filters.responders.map(Number),
    limit: 100,
  }
}

function list(text: string | null): string[] {
  return text ? text.split(',') : []
}
