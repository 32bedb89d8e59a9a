import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useAct, useRead } from '../api/queries'
import { useMayChange } from '../api/session'
import { Answer } from '../parts/answer'
import { Card } from '../parts/frame'
import { Markdown } from '../parts/markdown'
import { useNames } from '../parts/names'
import parts from '../parts/parts.module.css'
import { Ago } from '../parts/time'
import { t } from '../words/words'
import { deed, peopleIn } from './deed'

/** What happened to an issue, who did it and why. */
export function Activity({ issueId }: { issueId: string }) {
  const activity = useRead('/rum/issue/activity/list', { issue_id: issueId, limit: 50 })
  const mayChange = useMayChange()
  const name = useNames((activity.data?.items ?? []).flatMap(peopleIn))
  return (
    <Card title={t('Activity')}>
      {mayChange && <Write issueId={issueId} />}
      <Answer to={activity}>
        {({ items }) => (
          <div className={parts.stack}>
            {items.map((each, place) => (
              <div key={`${each.created_at}-${place}`}>
                <strong>{name(each.creator_id)}</strong> · {deed(each, name)} ·{' '}
                <span className={parts.soft}>
                  <Ago at={each.created_at} />
                </span>
                {each.reason && <div>{each.reason}</div>}
                {each.detail['text'] && <Markdown text={each.detail['text']} />}
              </div>
            ))}
          </div>
        )}
      </Answer>
    </Card>
  )
}

function Write({ issueId }: { issueId: string }) {
  const [text, setText] = useState('')
  const comment = useAct('/rum/issue/comment/create', { then: () => setText('') })
  return (
    <>
      <Textarea
        aria-label={t('Comment')}
        placeholder={t('Comment (Markdown)')}
        autosize
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button
        size="xs"
        my="xs"
        variant="default"
        disabled={!text.trim()}
        loading={comment.isPending}
        onClick={() => comment.mutate({ issue_id: issueId, comment: text })}
      >
        {t('Comment')}
      </Button>
    </>
  )
}
