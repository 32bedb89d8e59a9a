import { Button } from '@mantine/core'
import { useState } from 'react'
import { Refusal } from '../api/call'
import { read, useAct } from '../api/queries'
import { refused } from '../parts/notes'
import { t } from '../words/words'

/** Lets this browser or phone be told by push; the server pushes a code to prove it. */
export function Push() {
  const [isBusy, setBusy] = useState(false)
  const subscribe = useAct('/preference/push/subscribe', {
    said: t('This browser is told from now on'),
  })
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) return null

  async function turnOn() {
    setBusy(true)
    try {
      const { public_key: applicationServerKey } = await read('/preference/push/key', {})
      const worker = await navigator.serviceWorker.ready
      const made = await worker.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey,
      })
      const { endpoint = '', keys = {} } = made.toJSON()
      subscribe.mutate({
        endpoint,
        keys: { p256dh: keys['p256dh'] ?? '', auth: keys['auth'] ?? '' },
        name: navigator.userAgent.slice(0, 60),
      })
    } catch (reason) {
      if (reason instanceof Refusal) refused(reason)
      else refused(new Refusal('Push', t('This browser does not allow push messages.'), ''))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Button size="xs" variant="default" loading={isBusy} onClick={() => void turnOn()}>
      {t('Push to this browser')}
    </Button>
  )
}
