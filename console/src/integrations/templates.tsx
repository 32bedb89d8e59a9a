import { Select, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import type { Body } from '../api/call'
import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'

type Kind = Body<'/template/preview'>['type']
const KINDS = [
  'email',
  'sms',
  'voice',
  'slack',
  'telegram',
  'feishu',
  'dingtalk',
  'wecom',
  'zoom',
] as const

/** What a text would say by each method, as it is written. */
export default function Templates() {
  const [kind, setKind] = useState<Kind & (typeof KINDS)[number]>('email')
  const [chosen, setChosen] = useState('')
  const [text, setText] = useState<string | null>(null)
  const templates = useRead('/template/list', { limit: 100 })
  const template = templates.data?.items.find((each) => each.template_id === chosen)
  const shown = text ?? template?.[kind] ?? ''
  const [content] = useDebouncedValue(shown, 400)
  const preview = useRead('/template/preview', { content, type: kind })
  return (
    <div className={parts.columns}>
      <Card title={t('Text')}>
        <div className={parts.stack}>
          <div className={parts.row}>
            <Select
              label={t('Template')}
              value={chosen}
              allowDeselect={false}
              data={[
                { value: '', label: t('Built-in') },
                ...(templates.data?.items ?? []).map((each) => ({
                  value: each.template_id,
                  label: each.template_name,
                })),
              ]}
              onChange={(id) => {
                setChosen(id ?? '')
                setText(null)
              }}
            />
            <Select
              label={t('Method')}
              allowDeselect={false}
              data={[...KINDS]}
              value={kind}
              onChange={(value) => {
                setKind(value as typeof kind)
                setText(null)
              }}
            />
          </div>
          <Textarea
            label={t('Go template; empty is the built-in text')}
            autosize
            minRows={10}
            value={shown}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        </div>
      </Card>
      <Card title={t('Preview')}>
        <Answer to={preview}>
          {(found) => (
            <pre className={parts.code} tabIndex={0}>
              {found.success ? found.content : found.message}
            </pre>
          )}
        </Answer>
      </Card>
    </div>
  )
}
