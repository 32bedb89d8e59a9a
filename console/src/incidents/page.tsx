import { Button } from '@mantine/core'
import { IconPlus } from '../parts/icons'
import { useState } from 'react'
import { useMay } from '../api/session'
import { Failed } from '../parts/answer'
import { Head } from '../parts/frame'
import { t } from '../words/words'
import { BulkBar } from './bulk-bar'
import { CreateIncident } from './create'
import { FilterBar } from './filter-bar'
import { useFilters } from './filters'
import { IncidentList } from './list'
import { useIncidents } from './use-list'

export function Component() {
  const [filters, change] = useFilters()
  const list = useIncidents(filters)
  const [chosen, setChosen] = useState<string[]>([])
  const [isReporting, setReporting] = useState(false)
  const mayManage = useMay('Incidents Manage')
  const items = list.data?.items ?? []
  const present = chosen.filter((id) => items.some((each) => each.incident_id === id))
  return (
    <>
      <Head title={t('Incidents')}>
        {list.data && <span>{t('{n} found', { n: list.data.total })}</span>}
        {mayManage && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setReporting(true)}>
            {t('Report an incident')}
          </Button>
        )}
      </Head>
      <FilterBar filters={filters} change={change} />
      {list.error && !list.data ? (
        <Failed reason={list.error} again={() => void list.refetch()} />
      ) : (
        <IncidentList
          items={items}
          isLoading={list.isPending}
          chosen={present}
          setChosen={setChosen}
          more={() => {
            if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage()
          }}
        />
      )}
      {mayManage && present.length > 0 && <BulkBar ids={present} clear={() => setChosen([])} />}
      <CreateIncident opened={isReporting} close={() => setReporting(false)} />
    </>
  )
}
