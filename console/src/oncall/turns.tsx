import { Button, MultiSelect } from '@mantine/core'
import { useMembers } from '../parts/names'
import { t } from '../words/words'
import type { Layer } from './write'

type Group = NonNullable<Layer['groups']>[number]

/** Who takes turns in a layer: usually one after the other, or several in one turn. */
export function Turns({ layer, put }: { layer: Layer; put: (layer: Layer) => void }) {
  const members = useMembers()
  const groups = layer.groups ?? []
  const isSimple = groups.every((each) => peopleOf(each).length === 1)
  const set = (turns: string[][]) =>
    put({
      ...layer,
      groups: turns.map((people, place) => grouped(groups[place], people, roles(groups))),
    })
  if (layer.mode === 1)
    return (
      <MultiSelect
        label={t('Who stands in')}
        miw={240}
        flex={1}
        data={members}
        value={groups.flatMap(peopleOf)}
        onChange={(people) => set([people])}
      />
    )
  if (isSimple)
    return (
      <>
        <MultiSelect
          label={t('By turns')}
          miw={240}
          flex={1}
          data={members}
          value={groups.flatMap(peopleOf)}
          onChange={(people) => set(people.map((id) => [id]))}
        />
        {groups.length > 0 && (
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => put({ ...layer, groups: [...groups, { members: [] }] })}
          >
            {t('Several in one turn')}
          </Button>
        )}
      </>
    )
  return (
    <>
      {groups.map((each, place) => (
        <MultiSelect
          key={place}
          label={t('Turn {n}', { n: place + 1 })}
          miw={180}
          data={members}
          value={peopleOf(each)}
          onChange={(people) =>
            set(
              groups
                .map((one, other) => (other === place ? people : peopleOf(one)))
                .filter((one, other) => one.length || other !== place),
            )
          }
        />
      ))}
      <Button
        size="compact-xs"
        variant="subtle"
        onClick={() => put({ ...layer, groups: [...groups, { members: [] }] })}
      >
        {t('Add a turn')}
      </Button>
    </>
  )
}

function peopleOf(group: Group): string[] {
  return (group.members ?? []).flatMap((each) => each.person_ids.map(String))
}

/** The roles that people have; who is new has none. */
function roles(groups: Group[]): Map<string, number> {
  return new Map(
    groups.flatMap((group) =>
      (group.members ?? []).flatMap((each) =>
        each.person_ids.map((id) => [String(id), each.role_id] as const),
      ),
    ),
  )
}

function grouped(before: Group | undefined, people: string[], known: Map<string, number>): Group {
  const members = people.map((id) => ({ role_id: known.get(id) ?? 0, person_ids: [Number(id)] }))
  return { group_name: before?.group_name, members }
}
