import { ActionIcon, Button, Select, TagsInput, TextInput } from '@mantine/core'
import type { Schema } from '../api/call'
import { IconTrash } from '../parts/icons'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'

export type Condition = Schema['Condition']

interface Shown {
  conditions: Condition[]
  change: (conditions: Condition[]) => void
}

/** Conditions that must all hold, such as `labels.host` is `web-*`. */
export function Conditions({ conditions, change }: Shown) {
  const put = (place: number, changed: Partial<Condition>) =>
    change(conditions.map((each, other) => (other === place ? { ...each, ...changed } : each)))
  return (
    <div className={parts.stack}>
      {conditions.map((each, place) => (
        <div key={place} className={parts.row}>
          <TextInput
            aria-label={t('Key')}
            placeholder="labels.host"
            w={150}
            value={each.key}
            onChange={(event) => put(place, { key: event.currentTarget.value })}
          />
          <Select
            aria-label={t('Condition')}
            w={110}
            allowDeselect={false}
            value={each.oper}
            data={[
              { value: 'IN', label: t('is one of') },
              { value: 'NOTIN', label: t('is none of') },
            ]}
            onChange={(oper) => put(place, { oper: oper as Condition['oper'] })}
          />
          <TagsInput
            aria-label={t('Values')}
            placeholder={t('web-*, /regular/, num:gt:5')}
            flex={1}
            miw={160}
            value={each.vals ?? []}
            onChange={(vals) => put(place, { vals })}
          />
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={t('Remove the condition')}
            onClick={() => change(conditions.filter((_, other) => other !== place))}
          >
            <IconTrash size={17} />
          </ActionIcon>
        </div>
      ))}
      <div>
        <Button
          size="xs"
          variant="default"
          onClick={() => change([...conditions, { key: 'title', oper: 'IN', vals: [] }])}
        >
          {t('Add a condition')}
        </Button>
      </div>
    </div>
  )
}

/** Filters in a few words. */
export function inWords(filters: Condition[][]): string {
  if (!filters.length) return t('everything')
  return filters
    .map((group) =>
      group
        .map(
          ({ key, oper, vals }) =>
            `${key} ${oper === 'IN' ? '=' : '≠'} ${(vals ?? []).join(' | ')}`,
        )
        .join(t(' and ')),
    )
    .join(t(' or '))
}

/** Conditions that say something. */
export function usable(conditions: Condition[]): Condition[] {
  return conditions.filter((each) => each.key.trim() && each.vals?.length)
}
