import { Button } from '@mantine/core'
import { useState } from 'react'
import { useAct, useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Code } from '../parts/code'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Ago } from '../parts/time'
import { ms } from '../words/time'
import { t } from '../words/words'

/** The secret address by which other calendars read the caller's shifts. */
export function Calendar() {
  const [url, setUrl] = useState('')
  const link = useRead('/preference/ical/info', {})
  const rotate = useAct('/preference/ical/rotate', { then: (made) => setUrl(made.url) })
  const revoke = useAct('/preference/ical/revoke', { then: () => setUrl('') })
  return (
    <Card title={t('My shifts in other calendars')}>
      <Answer to={link}>
        {(found) => (
          <div className={parts.stack}>
            {url && <Code text={url} label={t('Calendar address')} />}
            {url && <p>{t('It is shown once. Whoever has it sees your shifts.')}</p>}
            {found.is_open && found.read_at > 0 && (
              <span className={parts.soft}>
                {t('Last read')} <Ago at={ms(found.read_at)} />
              </span>
            )}
            <div className={parts.row}>
              <Button size="xs" variant="default" onClick={() => rotate.mutate({})}>
                {found.is_open ? t('Make a new address') : t('Make an address')}
              </Button>
              {found.is_open && (
                <Button size="xs" variant="default" color="red" onClick={() => revoke.mutate({})}>
                  {t('End it')}
                </Button>
              )}
            </div>
          </div>
        )}
      </Answer>
    </Card>
  )
}
