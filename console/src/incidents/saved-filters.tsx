import { Button, Menu, TextInput } from '@mantine/core'
import { IconBookmark, IconX } from '../parts/icons'
import { useState } from 'react'
import { useAct, useRead } from '../api/queries'
import { t } from '../words/words'
import { parse, write, type Filters } from './filters'

const SCREEN = { screen: 'incidents' } as const

/** Views that somebody gave a name, on every device of theirs. */
export function SavedFilters({
  filters,
  change,
}: {
  filters: Filters
  change: (changed: Partial<Filters>) => void
}) {
  const saved = useRead('/preference/view/list', SCREEN).data?.items ?? []
  const [name, setName] = useState('')
  const save = useAct('/preference/view/save', { said: t('Saved'), then: () => setName('') })
  const forget = useAct('/preference/view/delete', { said: t('Removed') })

  return (
    <Menu position="bottom-end" closeOnItemClick={false}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconBookmark size={16} />}>
          {t('Saved filters')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {saved.map((each) => (
          <Menu.Item
            key={each.name}
            closeMenuOnClick
            onClick={() => change(parse(new URLSearchParams(each.query)))}
          >
            {each.name}
          </Menu.Item>
        ))}
        {saved.length > 0 && (
          <>
            <Menu.Divider />
            {saved.map((each) => (
              <Menu.Item
                key={each.name}
                leftSection={<IconX size={14} />}
                onClick={() => forget.mutate({ ...SCREEN, name: each.name })}
              >
                {t('Forget {name}', { name: each.name })}
              </Menu.Item>
            ))}
            <Menu.Divider />
          </>
        )}
        <TextInput
          m="xs"
          label={t('Name of this view')}
          maxLength={64}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button
          m="xs"
          size="xs"
          disabled={!name.trim()}
          loading={save.isPending}
          onClick={() =>
            save.mutate({ ...SCREEN, name: name.trim(), query: write(filters).toString() })
          }
        >
          {t('Save')}
        </Button>
      </Menu.Dropdown>
    </Menu>
  )
}
