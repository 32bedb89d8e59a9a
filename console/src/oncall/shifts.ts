import type { Data } from '../api/call'

export type Schedule = Data<'/schedule/info'>
export type Duty = Schedule['final_schedule']
export type Gap = NonNullable<Schedule['warnings']>[number]

export function peopleOf(duty: Duty): number[] {
  return duty.schedules.flatMap((shift) => shift.group.members.flatMap((each) => each.person_ids))
}

export function namesOf(shift: Duty['schedules'][number], name: (id: number) => string): string {
  const people = shift.group.members.flatMap((each) => each.person_ids.map(name))
  return people.join(', ') || shift.group.group_name
}

const COLOURS = [
  '#a9d8d4',
  '#f6cf8e',
  '#c3cdf2',
  '#f3b8ae',
  '#bfe0b0',
  '#e3c3ea',
  '#f0e08a',
  '#b5d9f2',
]

/** One person has one colour, on every board. */
export function colour(ids: number[]): string {
  const sum = ids.reduce((total, id) => total + (id % 9973), 0)
  return COLOURS[sum % COLOURS.length] ?? ''
}
