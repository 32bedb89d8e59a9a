import { Alert, Button, Skeleton, Stack } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Refusal } from '../api/call'
import { t } from '../words/words'

/** What a read answered, or that it is on its way, or why it was refused. */
export function Answer<D>({
  to,
  children,
}: {
  to: UseQueryResult<D, Refusal>
  children: (data: D) => ReactNode
}) {
  if (to.data !== undefined) return <>{children(to.data)}</>
  if (to.error) return <Failed reason={to.error} again={() => void to.refetch()} />
  return (
    <Stack gap="xs" aria-busy="true">
      <Skeleton h={18} w="60%" />
      <Skeleton h={18} />
      <Skeleton h={18} w="80%" />
    </Stack>
  )
}

export function Failed({ reason, again }: { reason: Refusal; again?: () => void }) {
  return (
    <Alert color="red" role="alert" title={t('This could not be read')}>
      <p>{reason.message}</p>
      {reason.requestId && <p>{t('request {id}', { id: reason.requestId })}</p>}
      {again && (
        <Button size="xs" variant="default" onClick={again}>
          {t('Try again')}
        </Button>
      )}
    </Alert>
  )
}
