import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { Data } from '../api/call'
import { t } from '../words/words'

/** Sends a test alert through the integration's own door, as any script would. */
export function SendTest({ integration }: { integration: Data<'/datasource/desc'> }) {
  const send = useMutation({
    mutationFn: () => {
      const key = encodeURIComponent(integration.integration_key)
      return fetch(`/event/push/alert/standard?integration_key=${key}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          title: t('A test from the console'),
          event_status: 'Info',
          alert_key: 'console-test',
        }),
      })
    },
  })
  if (!integration.integration_key) return null
  return (
    <Button size="xs" loading={send.isPending} onClick={() => send.mutate()}>
      {t('Send a test event')}
    </Button>
  )
}
