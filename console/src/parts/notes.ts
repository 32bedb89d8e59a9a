import { notifications } from '@mantine/notifications'
import type { Refusal } from '../api/call'
import { t } from '../words/words'

/** Say briefly that something was done. */
export function done(text: string): void {
  notifications.show({ message: text, color: 'teal', autoClose: 2500, withCloseButton: false })
}

/** Say why something was not done, with the id under which the server's log has it. */
export function refused(reason: Refusal): void {
  const id = reason.requestId ? ` (${t('request {id}', { id: reason.requestId })})` : ''
  notifications.show({
    title: t('That did not work'),
    message: reason.message + id,
    color: 'red',
    autoClose: 8000,
  })
}
