import { Button, Menu } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Data } from '../api/call'
import { useMay } from '../api/session'
import { Card } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'
import type { Draft } from './draft'

export interface Part {
  integration: Data<'/datasource/desc'>
  saved: Draft
  draft: Draft
  change: (part: Partial<Draft>) => void
  /** Called with what was saved. */
  keep: (part: Partial<Draft>) => void
}

interface Shown {
  title: string
  about: string
  isChanged: boolean
  isSaving: boolean
  save: () => void
  discard: () => void
  children: ReactNode
}

/** A part of the rules with what saves or discards its changes. */
export function PartCard({ title, about, isChanged, isSaving, save, discard, children }: Shown) {
  const mayManage = useMay('Integrations Manage', 'Channels Manage')
  return (
    <Card
      title={title}
      aside={
        mayManage && (
          <>
            <Button size="xs" variant="default" disabled={!isChanged} onClick={discard}>
              {t('Discard')}
            </Button>
            <Button size="xs" disabled={!isChanged} loading={isSaving} onClick={save}>
              {t('Save')}
            </Button>
          </>
        )
      }
    >
      <div className={parts.stack}>
        <p className={parts.soft}>{about}</p>
        {children}
      </div>
    </Card>
  )
}

/** Adds a rule of a kind. */
export function AddMenu<K extends string>({
  kinds,
  add,
}: {
  kinds: Record<K, string>
  add: (kind: K) => void
}) {
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button size="xs" variant="default">
          {t('Add a rule')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.entries(kinds) as [K, string][]).map(([kind, words]) => (
          <Menu.Item key={kind} onClick={() => add(kind)}>
            {words}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
