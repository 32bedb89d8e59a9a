import { Button, Select, TextInput, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import type { Body, Data } from '../api/call'
import { useAct, useRead } from '../api/queries'
import { useMay } from '../api/session'
import { Answer } from '../parts/answer'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { DAY, HOUR, seconds, useNow } from '../words/time'
import { t } from '../words/words'

type Kind = Body<'/template/preview'>['type']
type Template = Data<'/template/list'>['items'][number]
type Texts = Partial<Record<Kind, string>>

const KINDS: Kind[] = [
  'email',
  'sms',
  'voice',
  'slack',
  'slack_app',
  'telegram',
  'feishu',
  'feishu_app',
  'dingtalk',
  'dingtalk_app',
  'wecom',
  'wecom_app',
  'teams_app',
  'zoom',
]
const NEW = 'new'

/** What messages say, by each method: written, tried on a real incident, and saved. */
export default function Templates() {
  const templates = useRead('/template/list', { limit: 100 })
  const [chosen, setChosen] = useState(NEW)
  return (
    <Answer to={templates}>
      {({ items }) => {
        const template = items.find((each) => each.template_id === chosen)
        return (
          <>
            <Select
              mb="md"
              maw={320}
              label={t('Template')}
              value={template ? chosen : NEW}
              allowDeselect={false}
              data={[
                { value: NEW, label: t('A new one') },
                ...items.map((each) => ({ value: each.template_id, label: each.template_name })),
              ]}
              onChange={(id) => setChosen(id ?? NEW)}
            />
            <Editor key={template?.template_id ?? NEW} template={template} made={setChosen} />
          </>
        )
      }}
    </Answer>
  )
}

function Editor({ template, made }: { template?: Template; made: (id: string) => void }) {
  const [kind, setKind] = useState<Kind>('email')
  const [name, setName] = useState(template?.template_name ?? '')
  const [texts, setTexts] = useState<Texts>({})
  const mayManage = useMay('Templates Manage')
  const create = useAct('/template/create', {
    said: t('Saved'),
    then: ({ template_id }) => made(template_id),
  })
  const update = useAct('/template/update', { said: t('Saved'), then: () => setTexts({}) })
  const remove = useAct('/template/delete', { said: t('Removed'), then: () => made(NEW) })
  const shown = texts[kind] ?? template?.[kind] ?? ''
  const wish = { template_name: name, ...texts }
  return (
    <div className={parts.columns}>
      <Card
        title={t('Text')}
        aside={
          mayManage && (
            <>
              {template && (
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => remove.mutate({ template_id: template.template_id })}
                >
                  {t('Remove')}
                </Button>
              )}
              <Button
                size="xs"
                disabled={!name.trim()}
                loading={create.isPending || update.isPending}
                onClick={() =>
                  template
                    ? update.mutate({ ...wish, template_id: template.template_id })
                    : create.mutate(wish)
                }
              >
                {t('Save')}
              </Button>
            </>
          )
        }
      >
        <div className={parts.stack}>
          <TextInput
            label={t('Name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label={t('Method')}
            allowDeselect={false}
            data={KINDS.map((each) => ({
              value: each,
              label: (texts[each] ?? template?.[each]) ? `${each} ✎` : each,
            }))}
            value={kind}
            onChange={(value) => setKind(value as Kind)}
          />
          <Textarea
            label={t('Go template; empty is the built-in text')}
            autosize
            minRows={10}
            maxRows={30}
            value={shown}
            onChange={(event) => setTexts({ ...texts, [kind]: event.currentTarget.value })}
          />
        </div>
      </Card>
      <Preview text={shown} kind={kind} />
    </div>
  )
}

/** What the text would say of an example, or of an incident of the last days. */
function Preview({ text, kind }: { text: string; kind: Kind }) {
  const end = Math.ceil(useNow() / HOUR) * HOUR
  const incidents = useRead('/incident/list', {
    start_time: seconds(end - 7 * DAY),
    end_time: seconds(end),
    limit: 20,
  })
  const [incident, setIncident] = useState('')
  const [content] = useDebouncedValue(text, 400)
  const preview = useRead('/template/preview', { content, type: kind, incident_id: incident })
  return (
    <Card title={t('Preview')}>
      <div className={parts.stack}>
        <Select
          label={t('Told of')}
          allowDeselect={false}
          data={[
            { value: '', label: t('An example') },
            ...(incidents.data?.items ?? []).map((each) => ({
              value: each.incident_id,
              label: `${each.num} ${each.title}`,
            })),
          ]}
          value={incident}
          onChange={(id) => setIncident(id ?? '')}
        />
        <Answer to={preview}>
          {(found) => (
            <pre
              className={parts.code}
              tabIndex={0}
              role={found.success ? 'region' : 'alert'}
              aria-label={t('Preview')}
            >
              {found.success ? found.content : found.message}
            </pre>
          )}
        </Answer>
      </div>
    </Card>
  )
}
