import { Button, Checkbox } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { useAct, useRead } from '../api/queries'
import { useMayChange } from '../api/session'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import parts from '../parts/parts.module.css'
import { Ago } from '../parts/time'
import { t } from '../words/words'
import { Status, type Issue } from './status'

/** What is nearly the same, to be made one; and what was made one, to be taken out again. */
export function Merges({ issue }: { issue: Issue }) {
  return (
    <div className={parts.stack}>
      <Similar issueId={issue.issue_id} />
      <Merged issueId={issue.issue_id} />
    </div>
  )
}

function Similar({ issueId }: { issueId: string }) {
  const similar = useRead('/rum/issue/similar', { issue_id: issueId, limit: 20 })
  const [chosen, setChosen] = useState<string[]>([])
  const [compared, setCompared] = useState('')
  const merge = useAct('/rum/issue/merge', { said: t('Merged'), then: () => setChosen([]) })
  const mayChange = useMayChange()
  const toggle = (id: string) =>
    setChosen(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id])
  return (
    <Card
      title={t('Like this one')}
      aside={
        mayChange && (
          <Button
            size="xs"
            disabled={!chosen.length}
            loading={merge.isPending}
            onClick={() => merge.mutate({ issue_id: issueId, source_issue_ids: chosen })}
          >
            {t('Merge into this one')}
          </Button>
        )
      }
    >
      <Answer to={similar}>
        {({ items }) =>
          items.length ? (
            <>
              {items.map((each) => (
                <div key={each.issue_id} className={parts.row}>
                  {mayChange && (
                    <Checkbox
                      aria-label={t('Choose {name}', { name: each.title })}
                      checked={chosen.includes(each.issue_id)}
                      onChange={() => toggle(each.issue_id)}
                    />
                  )}
                  <Link to={`/issues/${each.issue_id}`}>{each.title}</Link>
                  <Status of={each.status} />
                  <span className={parts.soft}>
                    {t('{n} % alike', { n: Math.round(each.score * 100) })} ·{' '}
                    {t('{n} events', { n: each.error_count })}
                  </span>
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    onClick={() => setCompared(each.issue_id)}
                  >
                    {t('Why apart?')}
                  </Button>
                </div>
              ))}
              {compared && <Apart issueId={issueId} other={compared} />}
            </>
          ) : (
            <Empty>{t('Nothing in this application is like it.')}</Empty>
          )
        }
      </Answer>
    </Card>
  )
}

/** What went into the hashes of two errors, side by side. */
function Apart({ issueId, other }: { issueId: string; other: string }) {
  const found = useRead('/rum/issue/grouping/compare', {
    issue_id: issueId,
    other_issue_id: other,
  })
  const sides = { both: '=', first: '−', second: '+' }
  return (
    <Answer to={found}>
      {({ reason, comparisons }) => (
        <div role="status">
          <p>{reason}</p>
          <pre className={parts.code} tabIndex={0} role="region" aria-label={t('Why apart?')}>
            {(comparisons[0]?.parts ?? [])
              .map(({ side, part }) => `${sides[side]} ${part}`)
              .join('\n')}
          </pre>
        </div>
      )}
    </Answer>
  )
}

function Merged({ issueId }: { issueId: string }) {
  const merges = useRead('/rum/issue/merge/list', { issue_id: issueId })
  const [split, setSplit] = useState<string[]>([])
  const unmerge = useAct('/rum/issue/unmerge', { said: t('Taken out'), then: () => setSplit([]) })
  const mayChange = useMayChange()
  return (
    <Card title={t('Made one with it')}>
      <Answer to={merges}>
        {({ items, hashes }) => {
          const others = hashes.filter((each) => !each.is_own)
          if (!items.length && !others.length) return <Empty>{t('Nothing was merged.')}</Empty>
          return (
            <div className={parts.stack}>
              {items.map((each) => (
                <div key={each.issue_id} className={parts.row}>
                  {each.title}
                  <span className={parts.soft}>
                    <Ago at={each.merged_at} />
                  </span>
                  {mayChange && (
                    <Button
                      size="compact-xs"
                      variant="default"
                      onClick={() =>
                        unmerge.mutate({ issue_id: issueId, source_issue_ids: [each.issue_id] })
                      }
                    >
                      {t('Take out again')}
                    </Button>
                  )}
                </div>
              ))}
              {others.length > 0 && (
                <>
                  <Checkbox.Group
                    label={t('Hashes that lead to it')}
                    value={split}
                    onChange={setSplit}
                  >
                    {others.map(({ digest, strategy }) => (
                      <Checkbox
                        key={digest}
                        mt="xs"
                        disabled={!mayChange}
                        value={digest}
                        label={`${digest} (${strategy})`}
                      />
                    ))}
                  </Checkbox.Group>
                  {mayChange && (
                    <div>
                      <Button
                        size="xs"
                        variant="default"
                        disabled={!split.length}
                        onClick={() => unmerge.mutate({ issue_id: issueId, digests: split })}
                      >
                        {t('Make a new issue of these')}
                      </Button>
                    </div>
                  )}
                </>
              )}
            </div>
          )
        }}
      </Answer>
    </Card>
  )
}
