import { Button, Menu, TextInput } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { IconBookmark, IconX } from '../parts/icons'
import { useState } from 'react'
import { t } from '../words/words'
import { parse, write, type Filters } from './filters'

/** Views that somebody gave a name, kept in this browser. */
export function SavedFilters({
  filters,
  change,
}: {
  filters: Filters
  change: (changed: Partial<Filters>) => void
}) {
  const [saved, setSaved] = useLocalStorage<Record<string, string>>({
    key: 'tocsin.incident-filters',
    defaultValue: {},
  })
  const [name, setName] = useState('')

  function save() {
    setSaved({ ...saved, [name.trim()]: write(filters).toString() })
    setName('')
  }

  function forget(gone: string) {
    setSaved(Object.fromEntries(Object.entries(saved).filter(([each]) => each !== gone)))
  }

  return (
    <Menu position="bottom-end" closeOnItemClick={false}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconBookmark size={16} />}>
          {t('Saved filters')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(saved).map(([each, text]) => (
          <Menu.Item
            key={each}
            closeMenuOnClick
            onClick={() => change(parse(new URLSearchParams(text)))}
          >
            {each}
          </Menu.Item>
        ))}
        {Object.keys(saved).length > 0 && (
          <>
            <Menu.Divider />
            {Object.keys(saved).map((each) => (
              <Menu.Item key={each} leftSection={<IconX size={14} />} onClick={() => forget(each)}>
                {t('Forget {name}', { name: each })}
              </Menu.Item>
            ))}
            <Menu.Divider />
          </>
        )}
        <TextInput
          m="xs"
          label={t('Name of this view')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button m="xs" size="xs" disabled={!name.trim()} onClick={save}>
          {t('Save')}
        </Button>
      </Menu.Dropdown>
    </Menu>
  )
}
