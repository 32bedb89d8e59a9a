import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { preferred, speak } from './words/words'

const root = document.getElementById('root')
if (!root) throw new Error('the page has no root')
await speak(preferred())
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
if ('serviceWorker' in navigator) void navigator.serviceWorker.register('/service-worker.js')
