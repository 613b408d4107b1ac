/** When a gift can be fetched, in the organisation's zone; what a kind of food usually is. Pure. */
import { shift, zoned } from './zone'

export type Storage = 'ambient' | 'chilled' | 'frozen'
export type When = 'noon' | 'evening' | 'tomorrow' | 'own'
export interface Window { from: string; until: string }

export const KINDS = {
  bread: { storage: 'ambient', days: 2, allergens: ['gluten'] },
  vegetables: { storage: 'ambient', days: 3, allergens: [] },
  dairy: { storage: 'chilled', days: 3, allergens: ['milk'] },
  staples: { storage: 'ambient', days: 60, allergens: [] },
  cooked: { storage: 'chilled', days: 0, allergens: [] },
  other: { storage: 'ambient', days: 2, allergens: [] },
} as const satisfies Record<string, { storage: Storage; days: number; allergens: readonly string[] }>
export type Kind = keyof typeof KINDS
export const ALLERGENS = ['gluten', 'milk', 'egg', 'peanut', 'soy', 'seafood'] as const

const NOON = 12 * 60
const EVENING = 18 * 60
const [MORNING_FROM, MORNING_UNTIL] = [9 * 60, 12 * 60]
/** Nobody can come within less. */
const LEAD_MIN = 60

export interface Moment { now: Date; today: string; zone: string }

/** Which of the ready answers still make sense at this time of day. */
export function choices({ now, today, zone }: Moment): When[] {
  const left = (minute: number): number => (zoned(today, minute, zone).getTime() - now.getTime()) / 60_000
  const open: When[] = []
  if (left(NOON) >= LEAD_MIN) open.push('noon')
  if (left(EVENING) >= LEAD_MIN) open.push('evening')
  return [...open, 'tomorrow', 'own']
}

/** The window of a ready answer; `own` gives day and times as typed. */
export function windowOf(when: When, { now, today, zone }: Moment, own: { day: string; from: string; until: string }): Window | null {
  const iso = (day: string, minute: number): string => zoned(day, minute, zone).toISOString()
  if (when === 'noon' || when === 'evening') return { from: now.toISOString(), until: iso(today, when === 'noon' ? NOON : EVENING) }
  if (when === 'tomorrow') return { from: iso(shift(today, 1), MORNING_FROM), until: iso(shift(today, 1), MORNING_UNTIL) }
  const [from, until] = [minuteOf(own.from), minuteOf(own.until)]
  if (!own.day || from === null || until === null || until <= from) return null
  return { from: iso(own.day, from), until: iso(own.day, until) }
}

/** "09:30" → 570. */
export function minuteOf(typed: string): number | null {
  const found = /^(\d{2}):(\d{2})$/.exec(typed)
  return found ? Number(found[1]) * 60 + Number(found[2]) : null
}
