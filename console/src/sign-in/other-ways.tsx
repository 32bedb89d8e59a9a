import { Button, Divider } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call, type Refusal } from '../api/call'
import { canHavePasskeys, provePasskey } from '../api/passkey'
import { useRead } from '../api/queries'
import { startSession } from '../api/session'
import { IconFingerprint, IconShieldLock } from '../parts/icons'
import { t } from '../words/words'

/** The ways in that need no password: a passkey, and the organisation's own provider. */
export function OtherWays({ refused }: { refused: (reason: Refusal) => void }) {
  const cache = useQueryClient()
  const provider = useRead('/session/oidc/info', {})
  const enter = useMutation<unknown, Refusal>({
    mutationFn: async () => call('/session/passkey/create', { credential: await provePasskey() }),
    onSuccess: () => startSession(cache),
    onError: refused,
  })
  if (!canHavePasskeys() && !provider.data?.provider) return null
  return (
    <>
      <Divider label={t('or')} />
      {canHavePasskeys() && (
        <Button
          variant="default"
          leftSection={<IconFingerprint size={18} aria-hidden />}
          loading={enter.isPending}
          onClick={() => enter.mutate()}
        >
          {t('Sign in with a passkey')}
        </Button>
      )}
      {provider.data?.provider && (
        <Button
          variant="default"
          component="a"
          href={provider.data.start_url}
          leftSection={<IconShieldLock size={18} aria-hidden />}
        >
          {t('Sign in by {provider}', { provider: provider.data.provider })}
        </Button>
      )}
    </>
  )
}
