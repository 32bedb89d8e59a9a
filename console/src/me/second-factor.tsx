import { Button, TextInput } from '@mantine/core'
import { QRCodeSVG } from 'qrcode.react'
import { useState, type ReactNode } from 'react'
import type { Data } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Code } from '../parts/code'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Badge } from '../parts/severity'
import { t } from '../words/words'

type Secret = Data<'/totp/create'>

/** Codes of an authenticator, asked for after the password. */
export function SecondFactor() {
  const state = useRead('/totp/info', {})
  const [secret, setSecret] = useState<Secret | null>(null)
  const [codes, setCodes] = useState<string[]>([])
  const create = useAct('/totp/create', { then: setSecret })
  const confirm = useAct('/totp/confirm', {
    said: t('Codes are asked for from now on'),
    then: (made) => {
      setCodes(made.codes)
      setSecret(null)
    },
  })
  const remove = useAct('/totp/delete', { said: t('Removed'), then: () => setCodes([]) })
  return (
    <Card title={t('My second factor')}>
      <Answer to={state}>
        {({ is_on, recovery_codes_left: n }) => (
          <div className={parts.stack}>
            {codes.length > 0 && (
              <div>
                <p>{t('Each of these lets you in once without the authenticator. Shown once.')}</p>
                <Code text={codes.join('\n')} label={t('Recovery codes')} />
              </div>
            )}
            {is_on && (
              <>
                <div className={parts.row}>
                  <Badge look="Ok">{t('on')}</Badge> {t('Recovery codes left: {n}', { n })}
                </div>
                <WithCode label={t('Switch off')} send={(code) => remove.mutate({ code })} />
              </>
            )}
            {!is_on && secret && (
              <Scan secret={secret}>
                <WithCode label={t('Confirm')} send={(code) => confirm.mutate({ code })} />
              </Scan>
            )}
            {!is_on && !secret && (
              <Button
                variant="default"
                loading={create.isPending}
                onClick={() => create.mutate({})}
              >
                {t('Set up an authenticator')}
              </Button>
            )}
          </div>
        )}
      </Answer>
    </Card>
  )
}

function Scan({ secret, children }: { secret: Secret; children: ReactNode }) {
  return (
    <>
      <p>{t('Scan this with your authenticator, or type the secret in, then enter its code.')}</p>
      <QRCodeSVG
        value={secret.url}
        size={180}
        marginSize={2}
        title={t('The secret as a QR code')}
      />
      <Code text={secret.secret} label={t('The secret')} />
      {children}
    </>
  )
}

function WithCode({ label, send }: { label: string; send: (code: string) => void }) {
  const [code, setCode] = useState('')
  return (
    <form
      className={parts.row}
      onSubmit={(event) => {
        event.preventDefault()
        send(code.trim())
        setCode('')
      }}
    >
      <TextInput
        w={120}
        aria-label={t('Code of the authenticator')}
        placeholder={t('Code')}
        autoComplete="one-time-code"
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={!code.trim()}>
        {label}
      </Button>
    </form>
  )
}
