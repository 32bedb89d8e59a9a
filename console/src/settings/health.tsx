import { useQuery } from '@tanstack/react-query'
import { Card, Empty } from '../parts/frame'
import { t } from '../words/words'
import parts from '../parts/parts.module.css'

/** How the server itself is: what its readiness check says, and what failed of late. */
export default function Health() {
  const ready = useQuery({
    queryKey: ['ready'],
    queryFn: async () => {
      const response = await fetch('/-/ready')
      return { isReady: response.ok, text: await response.text() }
    },
    refetchInterval: 30_000,
  })
  return (
    <Card title={t('Health of the server')}>
      {ready.data ? (
        <>
          <p>{ready.data.isReady ? t('It works.') : t('Something is wrong.')}</p>
          <pre className={parts.code} tabIndex={0}>
            {ready.data.text}
          </pre>
        </>
      ) : (
        <Empty>{t('One moment')}</Empty>
      )}
    </Card>
  )
}
