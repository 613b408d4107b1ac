/** What differs for one volunteer between two plannings. Pure. */
import type { components } from '../../../api/schema'

export type Difference = components['schemas']['VolunteerChangeOut']
export type Moved = components['schemas']['StopChangeOut']
export const KINDS = ['moved_here', 'moved_away', 'only_b', 'only_a'] as const
export type DifferenceKind = (typeof KINDS)[number]

/** A person has other stops, or drives at another time, or no more. */
export const differs = (one: Difference): boolean =>
  KINDS.some((kind) => one[kind].length) || Boolean(one.a) !== Boolean(one.b) || one.a?.distance_m !== one.b?.distance_m || one.a?.ends_at !== one.b?.ends_at

export const listed = (one: Difference): { kind: DifferenceKind; stops: readonly Moved[] }[] =>
  KINDS.map((kind) => ({ kind, stops: one[kind] })).filter(({ stops }) => stops.length)
