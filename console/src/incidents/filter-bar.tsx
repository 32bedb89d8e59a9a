import { MultiSelect, Select, TextInput } from '@mantine/core'
import { IconSearch } from '../parts/icons'
import { useChannels, useMembers } from '../parts/names'
import { t } from '../words/words'
import { SavedFilters } from './saved-filters'
import type { Filters } from './filters'
import styles from './incidents.module.css'

export function FilterBar({
  filters,
  change,
}: {
  filters: Filters
  change: (changed: Partial<Filters>) => void
}) {
  const channels = useChannels()
  const members = useMembers()
  return (
    <div className={styles.filters} role="search">
      <TextInput
        className={styles.search}
        aria-label={t('Search incidents')}
        placeholder={t('Search incidents')}
        leftSection={<IconSearch size={16} />}
        value={filters.query}
        onChange={(event) => change({ query: event.currentTarget.value })}
      />
      <Select
        aria-label={t('Progress')}
        w={140}
        allowDeselect={false}
        value={filters.progress}
        data={[
          { value: 'Triggered,Processing', label: t('Open') },
          { value: 'Triggered', label: t('Unacknowledged') },
          { value: 'Processing', label: t('Acknowledged') },
          { value: 'Closed', label: t('Closed') },
          { value: 'Triggered,Processing,Closed', label: t('All') },
        ]}
        onChange={(progress) => change({ progress: progress ?? '' })}
      />
      <Select
        aria-label={t('Severity')}
        w={140}
        allowDeselect={false}
        value={filters.severity}
        data={[
          { value: '', label: t('Any severity') },
          { value: 'Critical', label: t('Critical') },
          { value: 'Warning', label: t('Warning') },
          { value: 'Info', label: t('Info') },
        ]}
        onChange={(severity) => change({ severity: severity ?? '' })}
      />
      <MultiSelect
        aria-label={t('Channels')}
        placeholder={filters.channels.length ? undefined : t('Channels')}
        miw={150}
        searchable
        data={channels}
        value={filters.channels}
        onChange={(chosen) => change({ channels: chosen })}
      />
      <MultiSelect
        aria-label={t('Responders')}
        placeholder={filters.responders.length ? undefined : t('Responders')}
        miw={150}
        searchable
        data={members}
        value={filters.responders}
        onChange={(chosen) => change({ responders: chosen })}
      />
      <SavedFilters filters={filters} change={change} />
    </div>
  )
}
