import { ActionIcon, Button, Select, TagsInput, TextInput } from '@mantine/core'
import { useId } from 'react'
import type { Schema } from '../api/call'
import { IconTrash } from '../parts/icons'
import parts from '../parts/parts.module.css'
import { t } from '../words/words'

export type Condition = Schema['Condition']

const KEYS = ['severity', 'title', 'description', 'alert_key', 'labels.host', 'labels.service']

interface Shown {
  conditions: Condition[]
  change: (conditions: Condition[]) => void
  /** What is said before them; nothing is said where it is absent. */
  when?: string
  /** Values that can be asked for with one click, by key. */
  offers?: Record<string, string>
}

/** Conditions that must all hold, such as `labels.host` is `web-*`. */
export function Conditions({ conditions, change, when, offers = {} }: Shown) {
  const known = useId()
  const put = (place: number, changed: Partial<Condition>) =>
    change(conditions.map((each, other) => (other === place ? { ...each, ...changed } : each)))
  const offered = Object.entries(offers).filter(
    ([key]) => !conditions.some((each) => each.key === key),
  )
  return (
    <div className={parts.stack} role="group" aria-label={when ?? t('Conditions')}>
      <datalist id={known}>
        {[...new Set([...KEYS, ...Object.keys(offers)])].map((key) => (
          <option key={key} value={key} />
        ))}
      </datalist>
      {when && <span className={parts.soft}>{conditions.length ? when : t('Always')}</span>}
      {conditions.map((each, place) => (
        <div key={place} className={parts.row}>
          <TextInput
            aria-label={t('Key')}
            placeholder="labels.host"
            w={150}
            list={known}
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
            acceptValueOnBlur
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
      <div className={parts.row}>
        <Button
          size="xs"
          variant="default"
          onClick={() => change([...conditions, { key: '', oper: 'IN', vals: [] }])}
        >
          {t('Add a condition')}
        </Button>
        {offered.map(([key, value]) => (
          <Button
            key={key}
            size="compact-xs"
            variant="light"
            onClick={() => change([...conditions, { key, oper: 'IN', vals: [value] }])}
          >
            {`${key} = ${value.slice(0, 40)}`}
          </Button>
        ))}
      </div>
    </div>
  )
}

interface ShownGroups {
  title: string
  groups: Condition[][]
  change: (groups: Condition[][]) => void
  offers?: Record<string, string>
}

/** Groups of conditions, one of which must hold; without any, all holds. */
export function FilterGroups({ title, groups, change, offers }: ShownGroups) {
  const shown = groups.length ? groups : [[]]
  const put = (place: number, group: Condition[]) =>
    change(shown.with(place, group).filter((each, at) => each.length || (at && at !== place)))
  return (
    <div className={parts.stack}>
      {shown.map((group, place) => (
        <Conditions
          key={place}
          when={place ? t('or') : title}
          conditions={group}
          change={(conditions) => put(place, conditions)}
          offers={offers}
        />
      ))}
      {groups.some((each) => each.length) && (
        <div>
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => change([...groups, [{ key: '', oper: 'IN', vals: [] }]])}
          >
            {t('Or something else')}
          </Button>
        </div>
      )}
    </div>
  )
}

/** Filters in a few words. */
export function inWords(filters: Condition[][]): string {
  if (!filters.some((each) => each.length)) return t('everything')
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

/** Groups of them; one that says nothing is no group. */
export function usableGroups(groups: Condition[][]): Condition[][] {
  return groups.map(usable).filter((each) => each.length)
}
