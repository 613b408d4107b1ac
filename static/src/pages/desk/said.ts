/** Codes and numbers of the register in words. */
import type { components } from '../../api/schema'
import { date } from '../../format'
import { locale, t } from '../../i18n'

export type RegisterRow = components['schemas']['RecipientRow']

export const ALLERGENS = ['peanut', 'tree_nut', 'crustacean', 'fish', 'egg', 'milk', 'soy', 'gluten', 'mango']
export const DIETS = ['diabetic', 'low_salt', 'low_fat', 'low_purine', 'kidney', 'soft', 'vegetarian', 'halal', 'no_pork', 'no_beef']
/** What a volunteer may be able to do, and a household may need. */
export const SKILLS = ['lift_heavy', 'dialect', 'two_people', 'first_aid', 'sign_language']

/** The word for `prefix.code`; a code of somebody's own making stands as it is. */
function word(prefix: string, code: string): string {
  const key = `${prefix}.${code}`
  const said = t(key)
  return said === key ? code : said
}
export const allergenWord = (code: string): string => word('allergen', code)
export const dietWord = (code: string): string => word('diet', code)
export const skillWord = (code: string): string => word('skill', code)

/** What somebody must mind: allergens, diets, and the way to the door. */
export function mindWord(code: string): string {
  if (ALLERGENS.includes(code) || code === 'seafood') return t('desk.allergic', { what: allergenWord(code) })
  return DIETS.includes(code) ? dietWord(code) : word('mind', code)
}

export interface StateWord {
  text: string
  kind: 'ok' | 'warn' | 'plain'
  icon?: 'check' | 'clock' | 'locate' | 'pause'
}
type Standing = Pick<RegisterRow, 'state' | 'approved' | 'place_state' | 'paused_until' | 'kind'>

/** The one badge of a row: what stands in the way first. */
export function stateWord(row: Standing): StateWord {
  if (row.state === 'ended') return { text: t('recipient_state.ended'), kind: 'plain' }
  if (row.state === 'paused') {
    const until = row.paused_until
    return { text: until ? t('recipient_state.paused_until', { date: date(until) }) : t('recipient_state.paused'), kind: 'plain', icon: 'pause' }
  }
  if (!row.approved) return { text: t('recipient_state.unapproved'), kind: 'warn', icon: 'clock' }
  if (row.place_state === 'to_confirm') return { text: t('recipient_state.to_confirm'), kind: 'warn', icon: 'locate' }
  return { text: t(row.kind === 'community_point' ? 'recipient_state.point' : 'recipient_state.active'), kind: 'ok', icon: 'check' }
}

/** Minutes of the day as "08:30"; 1440 is "24:00". */
export function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

/** "8:30", "0830", "8点" → minutes; null when it is not a time of day. */
export function minuteOf(text: string): number | null {
  const found = /^\s*(\d{1,2})\s*(?:[:：点.时]\s*(\d{2})?\s*分?)?\s*$/.exec(text) ?? /^\s*(\d{2})(\d{2})\s*$/.exec(text)
  if (!found) return null
  const minute = Number(found[1]) * 60 + Number(found[2] ?? 0)
  return Number(found[2] ?? 0) < 60 && minute <= 1440 ? minute : null
}

/** A plain day with its year: "2026年4月27日", "27 April 2026". */
export const longDate = (day: string): string =>
  new Intl.DateTimeFormat(locale(), { timeZone: 'UTC', dateStyle: 'long' }).format(new Date(`${day}T12:00:00Z`))
