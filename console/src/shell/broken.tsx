import { Button, Stack } from '@mantine/core'
import { useRouteError } from 'react-router'
import { t } from '../words/words'

/** What is shown where a screen failed: a new release may have taken its parts away. */
export function Broken() {
  const reason = useRouteError()
  return (
    <Stack p="xl" align="flex-start" role="alert">
      <h1>{t('This screen could not be shown')}</h1>
      <p>{reason instanceof Error ? reason.message : t('There is no such page.')}</p>
      <Button onClick={() => location.assign('/')}>{t('Start over')}</Button>
    </Stack>
  )
}
