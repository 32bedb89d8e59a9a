import { useRead } from '../api/queries'
import { Answer } from '../parts/answer'
import { Card, Empty } from '../parts/frame'
import { Facts } from '../parts/facts'
import { t } from '../words/words'

/** What the stored events of an issue have in common. */
export function Tags({ issueId }: { issueId: string }) {
  const tags = useRead('/rum/issue/tag/list', { issue_id: issueId, limit: 5 })
  return (
    <Card title={t('What its events have in common')}>
      <Answer to={tags}>
        {({ items }) =>
          items.length ? (
            <Facts
              of={items.map((tag) => [
                tag.name,
                tag.values
                  .map(({ value, count }) => `${value} ${Math.round((100 * count) / tag.total)} %`)
                  .join(' · '),
              ])}
            />
          ) : (
            <Empty>{t('They have no tags.')}</Empty>
          )
        }
      </Answer>
    </Card>
  )
}
