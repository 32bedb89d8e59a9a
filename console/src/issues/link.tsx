import { Button, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAct, useRead } from '../api/queries'
import { DAY, HOUR, seconds, useNow } from '../words/time'
import { t } from '../words/words'

/** Link an issue to an incident, or to a page such as a post-mortem. */
export function LinkDialog({ issueId, close }: { issueId: string; close: () => void }) {
  const end = Math.ceil(useNow() / HOUR) * HOUR
  const incidents = useRead('/incident/list', {
    start_time: seconds(end - 30 * DAY),
    end_time: seconds(end),
    limit: 100,
  })
  const [incident, setIncident] = useState<string | null>(null)
  const [address, setAddress] = useState('')
  const create = useAct('/rum/issue/link/create', { said: t('Linked'), then: close })
  const chosen = incidents.data?.items.find((each) => each.incident_id === incident)
  return (
    <Modal opened onClose={close} title={t('Link to')}>
      <Stack>
        <Select
          label={t('An incident')}
          searchable
          clearable
          data={(incidents.data?.items ?? []).map((each) => ({
            value: each.incident_id,
            label: `${each.num} ${each.title}`,
          }))}
          value={incident}
          onChange={setIncident}
        />
        {!incident && (
          <TextInput
            type="url"
            label={t('or a page')}
            placeholder="https://wiki.example/post-mortem"
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
        )}
        <Button
          disabled={!incident && !address.trim()}
          loading={create.isPending}
          onClick={() =>
            create.mutate({
              issue_id: issueId,
              ...(incident
                ? { kind: 'incident', target: incident, title: chosen?.title ?? '' }
                : { kind: 'url', target: address }),
            })
          }
        >
          {t('Link')}
        </Button>
      </Stack>
    </Modal>
  )
}
