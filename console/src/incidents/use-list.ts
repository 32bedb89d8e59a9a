import { useInfiniteQuery } from '@tanstack/react-query'
import type { Data, Refusal } from '../api/call'
import { read } from '../api/queries'
import { asked, type Filters } from './filters'

export type Incident = Data<'/incident/list'>['items'][number]

/** Incidents page by page, newest first; further pages are read as the list is scrolled. */
export function useIncidents(filters: Filters) {
  const body = asked(filters)
  return useInfiniteQuery<Data<'/incident/list'>, Refusal, { items: Incident[]; total: number }>({
    queryKey: ['/incident/list', 'pages', body],
    queryFn: ({ pageParam, signal }) =>
      read('/incident/list', { ...body, search_after_ctx: pageParam as string }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => (page.has_next_page ? page.search_after_ctx : undefined),
    select: ({ pages }) => ({
      items: pages.flatMap((each) => each.items),
      total: pages[0]?.total ?? 0,
    }),
    placeholderData: (before) => before,
  })
}
