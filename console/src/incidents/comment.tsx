import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useAct } from '../api/queries'
import { useMay } from '../api/session'
import { t } from '../words/words'

/** A remark for the timeline; Ctrl+Enter sends it. */
export function Comment({ id }: { id: string }) {
  const [text, setText] = useState('')
  const mayManage = useMay('Incidents Manage')
  const comment = useAct('/incident/comment', { then: () => setText('') })
  if (!mayManage) return null
  const send = () => {
    if (text.trim()) comment.mutate({ incident_ids: [id], comment: text })
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <Textarea
        aria-label={t('Comment')}
        placeholder={t('Comment (Markdown)')}
        autosize
        minRows={1}
        maxRows={8}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send()
        }}
      />
      <Button
        type="submit"
        size="xs"
        my="xs"
        variant="default"
        disabled={!text.trim()}
        loading={comment.isPending}
      >
        {t('Comment')}
      </Button>
    </form>
  )
}
