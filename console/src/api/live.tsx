import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { useLanguage } from '../words/words'

/** Whether the server tells this page what happens, and since when that is so. */
interface Connection {
  isLive: boolean
  since: number
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

/** Listens to the server's events and has what they concern read again. It draws nothing. */
export function Live() {
  const cache = useQueryClient()
  const language = useLanguage()
  useEffect(() => {
    const source = new EventSource('/console/events')
    source.onopen = () => {
      turn(true)
      void cache.invalidateQueries()
    }
    source.onerror = () => turn(false)
    source.onmessage = (message: MessageEvent<string>) => {
      const { noun } = JSON.parse(message.data) as { noun: string }
      void cache.invalidateQueries({ predicate: ({ queryKey }) => concerns(queryKey[0], noun) })
    }
    return () => source.close()
  }, [cache, language])
  return null
}

function concerns(path: unknown, noun: string): boolean {
  return typeof path === 'string' && path.includes(noun)
}
