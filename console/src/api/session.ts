import { useQuery, type QueryClient } from '@tanstack/react-query'
import { createContext, useContext } from 'react'
import { call, Refusal, type Data } from './call'

export type Session = Data<'/session/info'>

const KEY = ['session']

/** Who is signed in; null for nobody, undefined while that is not known. */
export function useSession(): { session: Session | null | undefined; failure: Refusal | null } {
  const { data, error } = useQuery<Session | null, Refusal>({
    queryKey: KEY,
    queryFn: ask,
    staleTime: Infinity,
    retry: true,
    retryDelay: 3000,
  })
  return { session: data, failure: error }
}

async function ask(): Promise<Session | null> {
  try {
    return await call('/session/info', {})
  } catch (reason) {
    if (reason instanceof Refusal && reason.code === 'Unauthorized') return null
    throw reason
  }
}

export function startSession(cache: QueryClient): void {
  void cache.invalidateQueries({ queryKey: KEY })
}

/** Forget everything that was read: the session is over. */
export function endSession(cache: QueryClient): void {
  cache.setQueryData(KEY, null)
  cache.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] })
}

/** The session of whoever looks at a page behind the sign-in; set by the frame around it. */
export const Me = createContext<Session | null>(null)

export function useMe(): Session {
  const session = useContext(Me)
  if (!session) throw new Error('this page is shown only to who is signed in')
  return session
}

/** Whether the person may change anything at all: who only reads may not touch issues either. */
export function useMayChange(): boolean {
  return useMe().permissions.some((each) => each.endsWith(' Manage'))
}

/** Whether the person may do what needs one of these permissions. */
export function useMay(...permissions: string[]): boolean {
  const me = useMe()
  return permissions.some((each) => me.permissions.includes(each))
}
