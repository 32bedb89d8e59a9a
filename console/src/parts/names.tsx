import { useRead } from '../api/queries'
import { t } from '../words/words'

const FRESH = 5 * 60_000

/** Names of people by their ids; the system where the id is 0. */
export function useNames(ids: number[]): (id: number) => string {
  const wanted = [...new Set(ids.filter((id) => id > 0))].sort()
  const { data } = useRead(
    '/person/infos',
    { person_ids: wanted.slice(0, 100) },
    { enabled: wanted.length > 0, fresh: FRESH },
  )
  const names = new Map(data?.items.map((each) => [each.person_id, each.person_name]))
  return (id) => (id === 0 ? t('Tocsin') : (names.get(id) ?? `#${id}`))
}

export interface Choice {
  value: string
  label: string
}

/** The account's members, to choose from. */
export function useMembers(): Choice[] {
  const { data } = useRead('/member/list', { limit: 100 }, { fresh: FRESH })
  return (data?.items ?? []).map((each) => ({
    value: String(each.member_id),
    label: each.member_name || each.email,
  }))
}

export function useChannels(): Choice[] {
  const { data } = useRead('/channel/list', { limit: 100, is_brief: true }, { fresh: FRESH })
  return (data?.items ?? []).map((each) => ({
    value: String(each.channel_id),
    label: each.channel_name,
  }))
}

export function useTeams(): Choice[] {
  const { data } = useRead('/team/list', { limit: 100 }, { fresh: FRESH })
  return (data?.items ?? []).map((each) => ({
    value: String(each.team_id),
    label: each.team_name,
  }))
}
