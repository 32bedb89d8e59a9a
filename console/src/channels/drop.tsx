import { useState } from 'react'
import type { Data } from '../api/call'
import { useAct } from '../api/queries'
import { t } from '../words/words'
import { FilterGroups, usableGroups } from './filters'
import { labelOf, NoiseForm } from './noise-form'

type Rule = Data<'/channel/unsubscribe/rule/list'>['items'][number]

interface Shown {
  channelId: number
  rule?: Rule
  close: () => void
}

/** Discard what matches for good, seeing first what that would have been. */
export function DropDialog({ channelId, rule, close }: Shown) {
  const [label, setLabel] = useState(labelOf(rule))
  const [filters, setFilters] = useState(rule?.filters ?? [])
  const create = useAct('/channel/unsubscribe/rule/create', { said: t('Saved'), then: close })
  const update = useAct('/channel/unsubscribe/rule/update', { said: t('Saved'), then: close })
  const usable = usableGroups(filters)
  const wish = { channel_id: channelId, filters: usable, ...label }
  return (
    <NoiseForm
      title={t('Drop what matches')}
      label={label}
      setLabel={setLabel}
      preview="/channel/unsubscribe/rule/preview"
      wanted={usable.length ? { channel_id: channelId, filters: usable } : null}
      isSaving={create.isPending || update.isPending}
      save={() => (rule ? update.mutate({ ...wish, rule_id: rule.rule_id }) : create.mutate(wish))}
      word={t('Save')}
      close={close}
    >
      <FilterGroups title={t('What is dropped')} groups={filters} change={setFilters} />
    </NoiseForm>
  )
}
