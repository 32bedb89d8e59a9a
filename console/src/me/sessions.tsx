import { Button } from '@mantine/core'
import { useAct, useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { Ago } from '../parts/time'
import { ms } from '../words/time'
import { t } from '../words/words'

/** Where the caller is signed in. */
export function Sessions() {
  const sessions = useRead('/session/list', {})
  const revoke = useAct('/session/revoke', { said: t('Signed out there') })
  return (
    <Card title={t('Signed in at')}>
      <Answer to={sessions}>
        {({ items }) => (
          <div className={parts.stack}>
            {items.map((each) => (
              <div key={each.session_id}>
                <div>
                  {each.ip} {each.is_current && <Badge look="Ok">{t('here')}</Badge>}
                </div>
                <div className={parts.soft}>
                  {each.agent} · {each.way} · <Ago at={ms(each.used_at)} />
                </div>
                {!each.is_current && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    onClick={() => revoke.mutate({ session_ids: [each.session_id] })}
                  >
                    {t('Sign out there')}
                  </Button>
                )}
              </div>
            ))}
          </div>
        )}
      </Answer>
    </Card>
  )
}
