import type { Body } from '../api/call'
import type { Schedule } from './shifts'

export type Layer = NonNullable<Body<'/schedule/update'>['layers']>[number]

/** A layer as it is sent, from one as it is shown. */
export function sent(shown: Schedule['layers'][number]): Layer {
  const { rotation_unit: unit, ...rest } = shown
  return { ...rest, rotation_unit: unit as Layer['rotation_unit'] }
}

/** People by turns, from an instant (s) on. */
export function rotation(name: string, people: number[], start: number): Layer {
  return {
    layer_name: name,
    mode: 0,
    layer_start: start,
    rotation_unit: 'week',
    rotation_value: 1,
    groups: people.map((id) => group([id])),
  }
}

/** Somebody in place of all others, between two instants (s). */
export function override(name: string, people: number[], start: number, end: number): Layer {
  return {
    layer_name: name,
    mode: 1,
    layer_start: start,
    layer_end: end,
    rotation_unit: 'month',
    rotation_value: 1,
    groups: [group(people)],
  }
}

function group(people: number[]) {
  return { members: [{ role_id: 0, person_ids: people }] }
}

export function peopleOfLayer(layer: Layer): string[] {
  return (layer.groups ?? []).flatMap((each) =>
    (each.members ?? []).flatMap((member) => member.person_ids.map(String)),
  )
}
