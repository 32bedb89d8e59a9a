import { Select } from '@mantine/core'
import { useRead } from '../api/queries'
import { moment } from '../words/time'
import { t } from '../words/words'

/** Chooses which of an issue's stored events is shown. */
export function EventPicker({
  issueId,
  chosen,
  choose,
}: {
  issueId: string
  chosen: string
  choose: (id: string) => void
}) {
  const events = useRead('/rum/issue/event/list', { issue_id: issueId, limit: 100 })
  return (
    <Select
      label={t('Event')}
      allowDeselect={false}
      value={chosen}
      data={(events.data?.items ?? []).map((each) => ({
        value: each.event_id,
        label: [moment(each.occurred_at), each.version, each.env].filter(Boolean).join(' · '),
      }))}
      onChange={(id) => choose(id ?? '')}
    />
  )
}
