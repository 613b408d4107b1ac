/** The form of one recipient as it is typed, and what the API takes. Pure. */
import type { components } from '../../../api/schema'
import { groundOf, type Candidate } from '../../../components/places'
import { clockOf, minuteOf } from '../said'

export type Body = components['schemas']['RecipientIn']
export type File = components['schemas']['RecipientOut']
export interface Fault {
  field: string
  /** Key of the sentence. */
  key: string
}

/** Everything as it stands in the fields: text, until it is sent. */
export interface Draft {
  kind: 'household' | 'community_point'
  name: string
  phone: string
  birth_year: string
  size: string
  registered_on: string
  tags: string
  allergens: string[]
  diets: string[]
  diet_text: string
  need_kg: string
  every: string
  chilled: string[]
  street: string
  address: string
  point: { lng: number; lat: number } | null
  /** The candidate that the pin was put on last, if any. */
  taken: Candidate | null
  floor: string
  lift: 'yes' | 'no' | 'unknown'
  two: string[]
  from: string
  until: string
  /** A second part of the day, empty when there is none. */
  from2: string
  until2: string
  skills: string[]
  must_serve_on: string
  visit_due_on: string
  visit_minutes: string
  door_note: string
  notes: string
  /** Nobody's consent is filled in beforehand. */
  consent: '' | 'self' | 'proxy'
}

const FIRST_PERSON_GRAMS = 3500
const FURTHER_PERSON_GRAMS = 1500
/** Grams of one package for so many people, as the server works it out. */
export const needGrams = (size: number): number => FIRST_PERSON_GRAMS + FURTHER_PERSON_GRAMS * (size - 1)

export function emptyDraft(today: string): Draft {
  return {
    kind: 'household', name: '', phone: '', birth_year: '', size: '1', registered_on: today, tags: '',
    allergens: [], diets: [], diet_text: '', need_kg: '', every: '7', chilled: ['yes'],
    street: '', address: '', point: null, taken: null, floor: '', lift: 'unknown', two: [], from: '08:00', until: '20:00',
    from2: '', until2: '', skills: [], must_serve_on: '', visit_due_on: '', visit_minutes: '30',
    door_note: '', notes: '', consent: '',
  }
}

export function draftOf(file: File): Draft {
  const { doorstep } = file
  return {
    kind: file.kind as Draft['kind'],
    name: file.name,
    phone: file.phone,
    birth_year: file.birth_year?.toString() ?? '',
    size: String(file.size),
    registered_on: file.registered_on,
    tags: file.tags.join('、'),
    allergens: file.allergens,
    diets: file.diets,
    diet_text: file.diet_text,
    need_kg: file.need_grams === needGrams(file.size) ? '' : String(file.need_grams / 1000),
    every: String(file.need_every_days),
    chilled: file.needs_chilled ? ['yes'] : [],
    street: file.street,
    address: file.address,
    point: file.point,
    taken: null,
    floor: doorstep.floor?.toString() ?? '',
    lift: doorstep.has_lift === null || doorstep.has_lift === undefined ? 'unknown' : doorstep.has_lift ? 'yes' : 'no',
    two: doorstep.two_people ? ['yes'] : [],
    from: clockOf(doorstep.window_from_minute ?? 480),
    until: clockOf(doorstep.window_until_minute ?? 1200),
    from2: clockOrNothing(doorstep.second_from_minute),
    until2: clockOrNothing(doorstep.second_until_minute),
    skills: file.skills_needed,
    must_serve_on: file.must_serve_on ?? '',
    visit_due_on: file.visit_due_on ?? '',
    visit_minutes: String(file.visit_minutes),
    door_note: doorstep.door_note ?? '',
    notes: file.notes,
    consent: 'self',
  }
}

const clockOrNothing = (minute: number | null | undefined): string => (minute === null || minute === undefined ? '' : clockOf(minute))
const whole = (text: string, low: number, high: number): boolean =>
  /^-?\d+$/.test(text.trim()) && Number(text) >= low && Number(text) <= high

/** A mobile has 11 digits; a landline with its area code 10 to 12, without it 7 or 8. */
export function phoneLooksWhole(text: string): boolean {
  const digits = text.replace(/\D/g, '').replace(/^86(?=1\d{10}$)/, '')
  if (!digits) return !text.trim()
  return digits.startsWith('1') ? digits.length === 11 : digits.length >= 7 && digits.length <= 12
}

/** What is wrong, in the order of the form. */
export function faultsOf(d: Draft): Fault[] {
  const faults: Fault[] = []
  const need = (fine: boolean, field: string, key: string): void => {
    if (!fine) faults.push({ field, key })
  }
  need(d.name.trim() !== '', 'name', 'check.name')
  need(phoneLooksWhole(d.phone), 'phone', 'check.phone')
  need(!d.birth_year.trim() || whole(d.birth_year, 1900, 2100), 'birth_year', 'check.birth_year')
  need(whole(d.size, 1, 5000), 'size', 'check.size')
  need(!d.need_kg.trim() || (Number(d.need_kg) > 0 && Number(d.need_kg) <= 100_000), 'need_kg', 'check.need')
  need(whole(d.every, 1, 90), 'every', 'check.every')
  need(!d.floor.trim() || whole(d.floor, -3, 120), 'floor', 'check.floor')
  const [from, until] = [minuteOf(d.from), minuteOf(d.until)]
  need(from !== null, 'from', 'check.time')
  need(until !== null, 'until', 'check.time')
  need(from === null || until === null || until > from, 'until', 'check.window')
  const told = [d.from2, d.until2].map((text) => text.trim())
  const [from2, until2] = told.map((text) => minuteOf(text))
  const follows = from2 != null && until2 != null && until2 > from2 && (until === null || from2 > until)
  need(!told.some(Boolean) || follows, 'from2', 'check.second_window')
  need(whole(d.visit_minutes, 5, 240), 'visit_minutes', 'check.visit_minutes')
  need(d.consent !== '', 'consent', 'check.consent')
  return faults
}

/** The body of the request; `pin` is sent only when somebody moved it, since sending it confirms it. */
export function bodyOf(d: Draft, how: { pin: boolean; samePersonIsFine?: boolean }): Body {
  const ground = groundOf(d.point, d.taken)
  return {
    kind: d.kind,
    name: d.name.trim(),
    phone: d.phone.trim(),
    birth_year: d.kind === 'household' && d.birth_year.trim() ? Number(d.birth_year) : null,
    size: Number(d.size),
    tags: d.tags.split(/[、,，;；\s]+/).filter(Boolean),
    allergens: d.allergens,
    diets: d.diets,
    diet_text: d.diet_text.trim(),
    notes: d.notes.trim(),
    street: d.street.trim(),
    address: d.address.trim(),
    point: how.pin ? d.point : null,
    point_datum: 'wgs84',
    place_source: ground.source,
    place_confidence: ground.confidence,
    doorstep: {
      floor: d.floor.trim() ? Number(d.floor) : null,
      has_lift: d.lift === 'unknown' ? null : d.lift === 'yes',
      two_people: d.two.length > 0,
      door_note: d.door_note.trim(),
      window_from_minute: minuteOf(d.from) ?? 480,
      window_until_minute: minuteOf(d.until) ?? 1200,
      second_from_minute: d.from2.trim() ? minuteOf(d.from2) : null,
      second_until_minute: d.until2.trim() ? minuteOf(d.until2) : null,
    },
    need_grams: d.need_kg.trim() ? Math.round(Number(d.need_kg) * 1000) : null,
    need_every_days: Number(d.every),
    needs_chilled: d.chilled.length > 0,
    skills_needed: d.skills,
    must_serve_on: d.must_serve_on || null,
    visit_due_on: d.visit_due_on || null,
    visit_minutes: Number(d.visit_minutes),
    registered_on: d.registered_on || null,
    consent_given_by: d.consent || 'self',
    same_person_is_fine: how.samePersonIsFine ?? false,
  }
}

const FIELDS: Record<string, string> = {
  need_grams: 'need_kg', need_every_days: 'every', window_from_minute: 'from', window_until_minute: 'until',
  second_from_minute: 'from2', second_until_minute: 'until2', skills_needed: 'skills',
  has_lift: 'lift', two_people: 'two', point: 'pin', lng: 'pin', lat: 'pin', doorstep: 'until', needs_chilled: 'chilled',
}
/** The form's field for a path of the API: "doorstep.window_until_minute" → "until". */
export function fieldOf(path: string): string {
  const steps = path.split('.').filter((step) => !/^\d+$/.test(step))
  const last = steps.at(-1) ?? ''
  return FIELDS[last] ?? (steps[0] === 'doorstep' || steps.length < 2 ? last : (FIELDS[steps[0] ?? ''] ?? steps[0] ?? ''))
}
