import { Select, TextInput } from '@mantine/core'
import type { Schema } from '../api/call'
import { t } from '../words/words'

type Severity = Schema['Severity']

interface Shown {
  severity: Severity
  setSeverity: (severity: Severity) => void
  at: string
  setAt: (at: string) => void
}

/** Of which incident, beginning when, it is asked who would be told. */
export function When({ severity, setSeverity, at, setAt }: Shown) {
  return (
    <>
      <Select
        label={t('Severity')}
        w={130}
        allowDeselect={false}
        data={[
          { value: 'Critical', label: t('Critical') },
          { value: 'Warning', label: t('Warning') },
          { value: 'Info', label: t('Info') },
        ]}
        value={severity}
        onChange={(value) => setSeverity(value as Severity)}
      />
      <TextInput
        type="datetime-local"
        label={t('When (empty: now)')}
        value={at}
        onChange={(event) => setAt(event.currentTarget.value)}
      />
    </>
  )
}
