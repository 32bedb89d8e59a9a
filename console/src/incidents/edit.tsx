import { Button, Modal, Select, Stack, TextInput, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { Data } from '../api/call'
import { useAct } from '../api/queries'
import { useMay } from '../api/session'
import { t } from '../words/words'

type Severity = 'Critical' | 'Warning' | 'Info'

/** Edit the texts and the severity of an incident; only what was changed is sent. */
export function EditTexts({ incident }: { incident: Data<'/incident/info'> }) {
  const [isOpen, setOpen] = useState(false)
  const mayManage = useMay('Incidents Manage')
  if (!mayManage) return null
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
        {t('Edit')}
      </Button>
      {isOpen && <Form incident={incident} close={() => setOpen(false)} />}
    </>
  )
}

function Form({ incident, close }: { incident: Data<'/incident/info'>; close: () => void }) {
  const reset = useAct('/incident/reset', { said: t('Saved'), then: close })
  const [title, setTitle] = useState(incident.title)
  const [severity, setSeverity] = useState<string>(incident.incident_severity)
  const [texts, setTexts] = useState({
    description: incident.description,
    impact: incident.impact,
    root_cause: incident.root_cause,
    resolution: incident.resolution,
  })
  const labels = {
    description: t('Description (Markdown)'),
    impact: t('Impact'),
    root_cause: t('Root cause'),
    resolution: t('Resolution'),
  }
  function save() {
    const changed = Object.entries(texts).filter(
      ([key, text]) => text !== incident[key as keyof typeof texts],
    )
    reset.mutate({
      incident_id: incident.incident_id,
      ...Object.fromEntries(changed),
      ...(title !== incident.title && { title }),
      ...(severity !== incident.incident_severity && { incident_severity: severity as Severity }),
    })
  }
  return (
    <Modal opened onClose={close} title={t('Edit')} size="lg">
      <Stack>
        <TextInput
          label={t('Title')}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Select
          label={t('Severity')}
          allowDeselect={false}
          data={[
            { value: 'Critical', label: t('Critical') },
            { value: 'Warning', label: t('Warning') },
            { value: 'Info', label: t('Info') },
          ]}
          value={severity}
          onChange={(chosen) => setSeverity(chosen ?? severity)}
        />
        {Object.entries(labels).map(([key, label]) => (
          <Textarea
            key={key}
            label={label}
            autosize
            minRows={2}
            maxRows={12}
            value={texts[key as keyof typeof texts]}
            onChange={(event) => setTexts({ ...texts, [key]: event.currentTarget.value })}
          />
        ))}
        <Button loading={reset.isPending} onClick={save}>
          {t('Save')}
        </Button>
      </Stack>
    </Modal>
  )
}
