import { Button } from '@mantine/core'
import { useAct, useRead } from '../api/queries'
import { ms } from '../words/time'
import { t } from '../words/words'
import { Answer } from './answer'
import { Empty } from './frame'
import parts from './parts.module.css'
import { Badge } from './severity'
import { Ago } from './time'

/** Where a member is signed in, each to be ended; 0 stands for the caller. */
export function Sessions({ of: member_id = 0 }: { of?: number }) {
  const sessions = useRead('/session/list', { member_id }, { keep: false })
  const revoke = useAct('/session/revoke', { said: t('Signed out there') })
  return (
    <Answer to={sessions}>
      {({ items }) => {
        const others = items.filter((each) => !each.is_current).map((each) => each.session_id)
        if (!items.length) return <Empty>{t('Signed in nowhere.')}</Empty>
        return (
          <div className={parts.stack}>
            {items.map((each) => (
              <div key={each.session_id}>
                <div>
                  {each.ip} {each.is_current && <Badge look="Ok">{t('here')}</Badge>}
                </div>
                <div className={parts.soft}>
                  {each.agent} · {wayName(each.way)} · <Ago at={ms(each.used_at)} />
                </div>
                {!each.is_current && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    onClick={() => revoke.mutate({ member_id, session_ids: [each.session_id] })}
                  >
                    {t('Sign out there')}
                  </Button>
                )}
              </div>
            ))}
            {others.length > 1 && (
              <Button
                size="xs"
                variant="default"
                onClick={() => revoke.mutate({ member_id, session_ids: others.slice(0, 100) })}
              >
                {t('Sign out everywhere else')}
              </Button>
            )}
          </div>
        )
      }}
    </Answer>
  )
}

function wayName(way: string): string {
  const names: Record<string, string> = {
    password: t('by password'),
    passkey: t('by passkey'),
    link: t('by a link'),
    oidc: t('by single sign-on'),
  }
  return names[way] ?? way
}
