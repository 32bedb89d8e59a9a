import { Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import { IconFlame, IconSearch } from '../parts/icons'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useRead } from '../api/queries'
import { DAY, seconds, useNow } from '../words/time'
import { t } from '../words/words'
import { places } from './places'

const SPAN = 30 * DAY

/** Search everywhere: screens by name, incidents by what they say. Ctrl+K or / opens it. */
export function Palette() {
  const [query, setQuery] = useState('')
  const navigate = useNavigate()
  const now = useNow()
  const { data } = useRead(
    '/incident/list',
    { start_time: seconds(now - SPAN), end_time: seconds(now), query, limit: 8 },
    { enabled: query.length > 1 },
  )
  const screens: SpotlightActionData[] = places()
    .filter(({ label }) => label.toLowerCase().includes(query.toLowerCase()))
    .map(({ to, label, icon: Icon }) => ({
      id: to,
      label,
      leftSection: <Icon size={20} />,
      onClick: () => void navigate(to),
    }))
  const incidents: SpotlightActionData[] = (query.length > 1 ? (data?.items ?? []) : []).map(
    (each) => ({
      id: each.incident_id,
      label: each.title,
      description: `${each.num} · ${each.channel_name}`,
      leftSection: <IconFlame size={20} />,
      onClick: () => void navigate(`/incidents/${each.incident_id}`),
    }),
  )
  return (
    <Spotlight
      lockScroll={false}
      shortcut={['mod + K', '/']}
      query={query}
      onQueryChange={setQuery}
      filter={(_, all) => all}
      nothingFound={t('Nothing found')}
      searchProps={{
        leftSection: <IconSearch size={20} />,
        placeholder: t('Search screens and incidents'),
        'aria-label': t('Search everywhere'),
      }}
      actions={[
        { group: t('Screens'), actions: screens },
        { group: t('Incidents'), actions: incidents },
      ]}
    />
  )
}
