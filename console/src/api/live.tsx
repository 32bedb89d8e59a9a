import { useQueryClient, type Query, type QueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { startSession } from './session'

/** Whether the server tells this page what changes, and since when that is so. */
interface Connection {
  isLive: boolean
  since: number
}

interface News {
  about: 'incident' | 'alert' | 'issue' | 'delivery' | 'schedule' | 'integration'
  /** Empty for many. */
  id: string
}

const AGAIN_MS = 4000
/** The first change is shown at once; of many that follow closely, each so many ms. */
const GATHER_MS = 400

const READ_BY: Record<News['about'], string[]> = {
  incident: ['/incident/', '/channel/list'],
  alert: ['/alert/', '/incident/', '/event/trace/'],
  issue: ['/rum/issue/'],
  delivery: ['/incident/feed', '/incident/page/'],
  schedule: ['/schedule/'],
  integration: ['/datasource/rejected-event/', '/event/trace/'],
}

let connection: Connection = { isLive: true, since: Date.now() }
const listeners = new Set<() => void>()

function turn(isLive: boolean): void {
  if (connection.isLive === isLive) return
  connection = { isLive, since: Date.now() }
  listeners.forEach((tell) => tell())
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => connection,
  )
}

/** Listens to what changes and has it read again where it is on the screen. It draws nothing. */
export function Live() {
  const cache = useQueryClient()
  useEffect(() => listen(cache), [cache])
  return null
}

function listen(cache: QueryClient): () => void {
  let source: EventSource
  let waiting: ReturnType<typeof setTimeout> | undefined
  const gathered = gather(cache)

  function open() {
    source = new EventSource('/events/stream')
    source.addEventListener('hello', () => turn(true))
    source.addEventListener('change', (message: MessageEvent<string>) => {
      turn(true)
      gathered((JSON.parse(message.data) as { items: News[] }).items)
    })
    source.addEventListener('reset', () => {
      turn(true)
      void cache.invalidateQueries()
    })
    source.onerror = () => {
      turn(false)
      // A refusal ends the source for good: the session may be over.
      if (source.readyState !== EventSource.CLOSED) return
      startSession(cache)
      waiting = setTimeout(open, AGAIN_MS)
    }
  }

  open()
  return () => {
    clearTimeout(waiting)
    source.close()
  }
}

function gather(cache: QueryClient): (items: News[]) => void {
  let held: News[] = []
  let last = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function flush() {
    const items = held
    held = []
    timer = undefined
    last = Date.now()
    void cache.invalidateQueries({
      predicate: (query) => items.some((each) => concerns(query, each)),
    })
  }

  return (items) => {
    held.push(...items)
    if (timer === undefined) timer = setTimeout(flush, Math.max(0, last + GATHER_MS - Date.now()))
  }
}

/** Whether an answer may be another one now; one about a single other thing is not. */
function concerns({ queryKey: [path, body] }: Query, { about, id }: News): boolean {
  if (typeof path !== 'string' || !READ_BY[about].some((each) => path.startsWith(each)))
    return false
  const only = (body as Record<string, unknown> | undefined)?.[`${about}_id`]
  return !id || only === undefined || String(only) === id
}
