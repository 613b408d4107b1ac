/** What the phone knows of a run: the server's answer, with the taps of the outbox laid over it. Pure. */
import type { components } from '../../api/schema'
import type { Item } from '../../offline/rules'

export type Drive = components['schemas']['DriveOut']
export type DriveStop = components['schemas']['DriveStopOut']
export type Food = components['schemas']['ItemOut']
export type Door = components['schemas']['DoorOut']
export type Outcome = components['schemas']['ConfirmIn']['outcome']

export interface SeenStop extends DriveStop {
  /** Something about this stop has not been uploaded yet. */
  pending: boolean
}

const DONE: readonly string[] = ['handed_over', 'left_with_neighbour']
/** Reasons that a person can choose, by kind of stop. */
export const TROUBLES: Record<'deliver' | 'visit' | 'other', Outcome[]> = {
  deliver: ['wrong_address', 'refused', 'unsafe', 'other'],
  // Food can wait at a neighbour's; a person cannot be looked in on there.
  visit: ['not_home', 'wrong_address', 'refused', 'unsafe', 'other'],
  other: ['not_ready', 'unsafe', 'other'],
}

const outcomeOf = (item: Item): string => String(item.body?.outcome ?? 'handed_over')
/** A tap that the server's answer (fetched at `fetchedAt`) cannot know yet. */
const unseen = (item: Item, fetchedAt: number): boolean =>
  item.state === 'waiting' || (item.state === 'sent' && (item.sentAt ?? 0) > fetchedAt)

function laidOver(stop: DriveStop, items: readonly Item[], fetchedAt: number): SeenStop {
  const seen: SeenStop = { ...stop, pending: items.some((item) => item.state === 'waiting') }
  for (const item of items.filter((one) => unseen(one, fetchedAt))) {
    if (item.what === 'photo') seen.has_photo = true
    else if (item.what === 'take_back') Object.assign(seen, { state: 'arrived', outcome: '' })
    else Object.assign(seen, { state: DONE.includes(outcomeOf(item)) ? 'done' : 'failed', outcome: outcomeOf(item) })
  }
  return seen
}

export function seenStops(drive: Drive, items: readonly Item[], fetchedAt: number): SeenStop[] {
  const mine = [...items].filter((item) => item.runId === drive.id).sort((a, b) => a.seq - b.seq)
  return drive.stops.map((stop) => laidOver(stop, mine.filter((item) => item.stopId === stop.id), fetchedAt))
}

export const isOpen = (stop: Pick<DriveStop, 'state'>): boolean => stop.state === 'planned' || stop.state === 'arrived'
export const current = (stops: readonly SeenStop[]): SeenStop | null => stops.find(isOpen) ?? null

/** The same food of several households as one line, first come first. */
export interface FoodLine {
  food: string
  storage_class: string
  grams: number
  boxes: number
  items: Food[]
}

export function foods(items: readonly Food[]): FoodLine[] {
  const lines = new Map<string, FoodLine>()
  for (const item of items) {
    const key = `${item.food}|${item.storage_class}`
    const line = lines.get(key) ?? { food: item.food, storage_class: item.storage_class, grams: 0, boxes: 0, items: [] }
    line.grams += item.grams
    line.boxes += item.boxes
    line.items.push(item)
    lines.set(key, line)
  }
  return [...lines.values()]
}

/** The weighed total over its items: each keeps its plan as far as it reaches; the last takes what is more. */
export function spread(items: readonly Food[], grams: number): { item_id: string; grams: number }[] {
  let left = grams
  return items.map((item, i) => {
    const mine = i === items.length - 1 ? left : Math.min(left, item.grams)
    left -= mine
    return { item_id: item.id, grams: mine }
  })
}

export interface Totals {
  grams: number
  handed: number
  left: number
  /** Households not reached, by reason. */
  failed: [string, number][]
}

/** What the end page counts: grams handed over, and households by what happened. */
export function totals(stops: readonly SeenStop[]): Totals {
  const sum: Totals = { grams: 0, handed: 0, left: 0, failed: [] }
  const failed = new Map<string, number>()
  for (const stop of stops) {
    if (stop.kind !== 'deliver' || isOpen(stop)) continue
    if (stop.state === 'done') {
      sum.grams += stop.grams
      if (stop.outcome === 'left_with_neighbour') sum.left += stop.households
      else sum.handed += stop.households
    } else failed.set(stop.outcome || 'other', (failed.get(stop.outcome || 'other') ?? 0) + stop.households)
  }
  sum.failed = [...failed]
  return sum
}

/** "/run/0190…" → the run's id; "/run" → null. */
export const runIdOf = (path: string): string | null => /^\/run\/([0-9a-f-]{36})\/?$/i.exec(path)?.[1] ?? null
