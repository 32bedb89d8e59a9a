import { Button, Group, Modal, Text } from '@mantine/core'
import { useEffect, useRef, type ReactNode } from 'react'
import { useBlocker } from 'react-router'
import { t } from '../words/words'

interface Guard {
  /** To be shown by whoever guards: it asks before the page is left. */
  question: ReactNode
  /** Called when all was saved: the page is left without a question. */
  release: () => void
}

/** Guards what was changed and not saved, against links, going back and closing the page. */
export function useUnsaved(isChanged: boolean): Guard {
  const isReleased = useRef(false)
  const blocker = useBlocker(
    ({ currentLocation: here, nextLocation: there }) =>
      isChanged &&
      !isReleased.current &&
      here.pathname + here.search !== there.pathname + there.search,
  )
  useEffect(() => {
    if (!isChanged) return
    const ask = (event: Event) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isChanged])
  return {
    question: blocker.state === 'blocked' && (
      <Modal opened onClose={() => blocker.reset()} title={t('Leave without saving?')}>
        <Text mb="md">{t('What you changed here is not saved and would be lost.')}</Text>
        <Group>
          <Button data-autofocus onClick={() => blocker.reset()}>
            {t('Stay')}
          </Button>
          <Button variant="default" onClick={() => blocker.proceed()}>
            {t('Leave')}
          </Button>
        </Group>
      </Modal>
    ),
    release: () => {
      isReleased.current = true
    },
  }
}
