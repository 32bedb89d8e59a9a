// Shows what is pushed, and answers for the person: acknowledge, or open the incident.
self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('push', (event) => {
  const said = event.data ? event.data.json() : {}
  const isChinese = self.navigator.language.startsWith('zh')
  const actions = said.ack_url ? [{ action: 'ack', title: isChinese ? '认领' : 'Acknowledge' }] : []
  event.waitUntil(
    self.registration.showNotification(said.title || 'Tocsin', {
      body: said.body || said.text || '',
      tag: said.url || undefined,
      icon: '/icon-192.png',
      requireInteraction: Boolean(said.ack_url),
      actions,
      data: said,
    }),
  )
})

self.addEventListener('notificationclick', (event) => {
  const { url, ack_url: answer } = event.notification.data
  event.notification.close()
  event.waitUntil(open(event.action === 'ack' && answer ? answer : url || '/'))
})

async function open(url) {
  const windows = await self.clients.matchAll({ type: 'window' })
  const here = windows.find((each) => new URL(each.url).origin === new URL(url, self.origin).origin)
  if (!here) return self.clients.openWindow(url)
  await here.focus()
  return here.navigate(url)
}
