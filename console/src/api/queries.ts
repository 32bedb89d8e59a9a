import {
  QueryClient,
  keepPreviousData,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { done, refused } from '../parts/notes'
import { call, Refusal, type Body, type Data, type Path } from './call'
import { endSession } from './session'

const RETRIES = 3

export const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 20_000,
      retry: (failures, reason) =>
        reason instanceof Refusal && reason.isUnreachable && failures < RETRIES,
      refetchOnWindowFocus: true,
    },
  },
})

interface Reading {
  enabled?: boolean
  /** Show the last answer while another is on its way. */
  keep?: boolean
  /** Milliseconds for which an answer is taken for fresh. */
  fresh?: number
  /** Milliseconds after which it is read again, of what no news tells. */
  refresh?: number
}

/** What a read operation answers, kept and refreshed as things happen on the server. */
export function useRead<P extends Path>(
  path: P,
  body: Body<P>,
  { enabled = true, keep = true, fresh, refresh }: Reading = {},
): UseQueryResult<Data<P>, Refusal> {
  return useQuery<Data<P>, Refusal>({
    queryKey: [path, body],
    queryFn: ({ signal }) => read(path, body, signal),
    enabled,
    placeholderData: keep ? (keepPreviousData as never) : undefined,
    staleTime: fresh,
    refetchInterval: refresh,
  })
}

export async function read<P extends Path>(
  path: P,
  body: Body<P>,
  signal?: AbortSignal,
): Promise<Data<P>> {
  try {
    return await call(path, body, signal)
  } catch (reason) {
    if (reason instanceof Refusal && reason.code === 'Unauthorized') endSession(client)
    throw reason
  }
}

interface Doing<P extends Path> {
  /** What to say when it is done. */
  said?: string
  then?: (data: Data<P>) => void
  /** Who calls shows the refusal itself. */
  quiet?: boolean
}

/** A write operation. Everything that is on the screen is read again after it. */
export function useAct<P extends Path>(
  path: P,
  { said, then, quiet = false }: Doing<P> = {},
): UseMutationResult<Data<P>, Refusal, Body<P>> {
  const cache = useQueryClient()
  return useMutation<Data<P>, Refusal, Body<P>>({
    mutationFn: (body) => call(path, body),
    onSuccess: (data) => {
      void cache.invalidateQueries()
      if (said) done(said)
      then?.(data)
    },
    onError: (reason) => {
      if (quiet) return
      if (reason.code === 'Unauthorized') endSession(cache)
      else refused(reason)
    },
  })
}
