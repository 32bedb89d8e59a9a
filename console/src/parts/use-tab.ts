import { useSearchParams } from 'react-router'

/** The tab that the address names, so that it outlives a reload and can be linked. */
export function useTab<T extends string>(
  first: T,
  ...others: T[]
): { value: T; onChange: (tab: string | null) => void } {
  const [search, setSearch] = useSearchParams()
  const named = search.get('tab')
  return {
    value: [first, ...others].find((each) => each === named) ?? first,
    onChange: (tab) => setSearch({ tab: tab ?? first }, { replace: true }),
  }
}
