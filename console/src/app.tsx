import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { useMemo } from 'react'
import { RouterProvider } from 'react-router/dom'
import { client } from './api/queries'
import { router } from './routes'
import { theme } from './theme'
import { useLanguage } from './words/words'

export function App() {
  const language = useLanguage()
  const look = useMemo(() => theme(language), [language])
  return (
    <QueryClientProvider client={client}>
      <MantineProvider
        theme={look}
        defaultColorScheme="auto"
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <Notifications position="bottom-right" className="toasts" />
        <RouterProvider key={language} router={router} />
      </MantineProvider>
    </QueryClientProvider>
  )
}
