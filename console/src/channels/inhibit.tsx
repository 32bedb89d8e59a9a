import { Checkbox, TagsInput } from '@mantine/core'
import { useState } from 'react'
import type { Data } from '../api/call'
import { useAct } from '../api/queries'
import { t } from '../words/words'
import { FilterGroups, usableGroups } from './filters'
import { labelOf, NoiseForm } from './noise-form'

type Rule = Data<'/channel/inhibit/rule/list'>['items'][number]

interface Shown {
  channelId: number
  rule?: Rule
  close: () => void
}

/** Hide alerts while others fire that explain them, seeing first which that would have been. */
export function InhibitDialog({ channelId, rule, close }: Shown) {
  const [label, setLabel] = useState(labelOf(rule))
  const [equals, setEquals] = useState(rule?.equals ?? [])
  const [sources, setSources] = useState(rule?.source_filters ?? [])
  const [targets, setTargets] = useState(rule?.target_filters ?? [])
  const [isDiscarding, setDiscarding] = useState(rule?.is_directly_discard ?? false)
  const create = useAct('/channel/inhibit/rule/create', { said: t('Saved'), then: close })
  const update = useAct('/channel/inhibit/rule/update', { said: t('Saved'), then: close })
  const terms = {
    channel_id: channelId,
    equals,
    source_filters: usableGroups(sources),
    target_filters: usableGroups(targets),
  }
  const isWhole = terms.source_filters.length > 0 && terms.target_filters.length > 0
  const wish = { ...terms, ...label, is_directly_discard: isDiscarding }
  return (
    <NoiseForm
      title={t('Hide what others explain')}
      label={label}
      setLabel={setLabel}
      preview="/channel/inhibit/rule/preview"
      wanted={isWhole && equals.length ? terms : null}
      isSaving={create.isPending || update.isPending}
      save={() => (rule ? update.mutate({ ...wish, rule_id: rule.rule_id }) : create.mutate(wish))}
      word={t('Save')}
      close={close}
    >
      <FilterGroups title={t('While this fires')} groups={sources} change={setSources} />
      <FilterGroups title={t('hide this')} groups={targets} change={setTargets} />
      <TagsInput
        label={t('where both have the same')}
        placeholder="labels.host"
        data={['labels.host', 'labels.service', 'labels.cluster', 'labels.region']}
        acceptValueOnBlur
        value={equals}
        onChange={setEquals}
      />
      <Checkbox
        label={t('Keep nothing of what is hidden, not even the alert')}
        checked={isDiscarding}
        onChange={(event) => setDiscarding(event.currentTarget.checked)}
      />
    </NoiseForm>
  )
}
