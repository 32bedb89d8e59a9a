import { Button, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Body } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Code } from '../parts/code'
import { Card, Empty } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'
import { snippets } from './snippets'

type Kind = Body<'/rum/application/create'>['type']
const KINDS: Kind[] = ['browser', 'android', 'ios', 'react-native', 'flutter', 'unity', 'roku']

/** Applications that send errors, with what their SDKs need. */
export default function Applications() {
  const applications = useRead('/rum/application/list', { limit: 100 })
  const mayManage = useMay('Applications Manage')
  const languages = Object.keys(snippets(''))
  const [language, setLanguage] = useState(languages[0] ?? '')
  return (
    <div className={parts.stack}>
      {mayManage && <AddApplication />}
      <Select
        label={t('Language')}
        maw={220}
        allowDeselect={false}
        data={languages}
        value={language}
        onChange={(chosen) => setLanguage(chosen ?? language)}
      />
      <Answer to={applications}>
        {({ items }) =>
          items.length ? (
            items.map((each) => (
              <Card key={each.application_id} title={each.application_name}>
                <Code text={snippets(each.dsn)[language] ?? each.dsn} label={t('Set-up')} />
              </Card>
            ))
          ) : (
            <Empty>{t('No application yet.')}</Empty>
          )
        }
      </Answer>
    </div>
  )
}

/** A name and a kind make an application. */
export function AddApplication() {
  const [name, setName] = useState('')
  const [kind, setKind] = useState<Kind>('browser')
  const create = useAct('/rum/application/create', { said: t('Saved'), then: () => setName('') })
  return (
    <form
      className={parts.row}
      onSubmit={(event) => {
        event.preventDefault()
        create.mutate({ application_name: name, type: kind, team_id: 0 })
      }}
    >
      <TextInput
        aria-label={t('New application')}
        placeholder={t('New application')}
        maxLength={40}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        aria-label={t('Kind')}
        w={150}
        allowDeselect={false}
        data={KINDS}
        value={kind}
        onChange={(chosen) => setKind(chosen as Kind)}
      />
      <Button type="submit" disabled={!name.trim()} loading={create.isPending}>
        {t('Add')}
      </Button>
    </form>
  )
}
