import { Button, Modal, NumberInput, Stack, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState, type ReactNode } from 'react'
import { useRead } from '../api/queries'
import type { Body, Data } from '../api/call'
import { Answer } from '../parts/answer'
import parts from '../parts/parts.module.css'
import { same } from '../rules/draft'
import { t } from '../words/words'
import { Hidden } from './hidden'

export interface Label {
  rule_name: string
  description: string
  priority: number
}

export function labelOf(rule?: Label, name = ''): Label {
  return {
    rule_name: rule?.rule_name ?? name,
    description: rule?.description ?? '',
    priority: rule?.priority ?? 0,
  }
}

type Found = Data<'/channel/silence/rule/preview'>

type PreviewPath =
  | '/channel/silence/rule/preview'
  | '/channel/inhibit/rule/preview'
  | '/channel/unsubscribe/rule/preview'

interface Shown<P extends PreviewPath> {
  title: string
  label: Label
  setLabel: (label: Label) => void
  /** What the rule would hide is asked as soon as it says something. */
  preview: P
  wanted: Body<P> | null
  isSaving: boolean
  save: () => void
  /** What the button says. */
  word: string
  close: () => void
  children: ReactNode
}

/** A rule that hides, with what it would have hidden of the last days' events before it is saved. */
export function NoiseForm<P extends PreviewPath>(shown: Shown<P>) {
  const { title, label, setLabel, preview, wanted, isSaving, save, word, close, children } = shown
  const [first] = useState({ label, wanted })
  const isChanged = !same({ label, wanted }, first)
  return (
    <Modal
      opened
      onClose={close}
      title={title}
      size="xl"
      closeOnClickOutside={!isChanged}
      closeOnEscape={!isChanged}
    >
      <Stack>
        <div className={parts.row}>
          <TextInput
            label={t('Name')}
            flex={1}
            maxLength={39}
            value={label.rule_name}
            onChange={(event) => setLabel({ ...label, rule_name: event.currentTarget.value })}
          />
          <NumberInput
            label={t('Priority')}
            description={t('Smaller is tried earlier')}
            w={150}
            min={0}
            max={200}
            value={label.priority}
            onChange={(value) => setLabel({ ...label, priority: Number(value) || 0 })}
          />
        </div>
        <TextInput
          label={t('Description')}
          maxLength={500}
          value={label.description}
          onChange={(event) => setLabel({ ...label, description: event.currentTarget.value })}
        />
        {children}
        {wanted && <WouldHide path={preview} wanted={wanted} />}
        <Button disabled={!wanted || !label.rule_name.trim()} loading={isSaving} onClick={save}>
          {word}
        </Button>
      </Stack>
    </Modal>
  )
}

function WouldHide<P extends PreviewPath>({ path, wanted }: { path: P; wanted: Body<P> }) {
  const [settled] = useDebouncedValue(wanted, 400)
  const found = useRead(path, settled)
  if (found.error) return <p role="alert">{found.error.message}</p>
  return <Answer to={found}>{(hidden) => <Hidden found={hidden as Found} />}</Answer>
}
