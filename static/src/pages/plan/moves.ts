/** Moving a stop by hand: what the columns show meanwhile, and what is asked of the server. Pure. */
import type { components } from '../../api/schema'

export type Run = components['schemas']['RunOut']
export type Stop = components['schemas']['StopOut']

/** A stop that is picked up, and where it would be put down. */
export interface Held {
  stopId: string
  fromRun: string
  fromIndex: number
  toRun: string
  toIndex: number
  /** Dragged by a mouse: what is dragged must stay in its list, or the browser lets go of it. */
  dragged?: boolean
}

/** Loading and unloading keep their ends; a run that somebody has claimed is no longer changed. */
export const canMove = (stop: Pick<Stop, 'kind'>): boolean => ['collect', 'deliver', 'visit'].includes(stop.kind)
export const canChange = (run: Pick<Run, 'state'>): boolean => run.state === 'draft' || run.state === 'published'

const first = (stops: readonly Stop[]): number => Math.max(0, stops.findIndex(canMove))
const last = (stops: readonly Stop[]): number => stops.reduce((at, stop, i) => (canMove(stop) ? i + 1 : at), first(stops))

export function pickUp(runs: readonly Run[], stopId: string, dragged = false): Held | null {
  for (const run of runs) {
    const at = run.stops.findIndex((stop) => stop.id === stopId)
    const stop = run.stops[at]
    if (stop && canMove(stop) && canChange(run)) return { stopId, fromRun: run.id, fromIndex: at, toRun: run.id, toIndex: at, dragged }
  }
  return null
}

/** The stops of each run as they would be. */
export function shown(runs: readonly Run[], held: Held | null): Run[] {
  if (!held) return [...runs]
  const moving = runs.find((run) => run.id === held.fromRun)?.stops.find((stop) => stop.id === held.stopId)
  if (!moving) return [...runs]
  return runs.map((run) => {
    const stops = run.stops.filter((stop) => stop.id !== held.stopId)
    if (run.id === held.toRun) stops.splice(held.toIndex, 0, moving)
    return stops.length === run.stops.length && run.id !== held.toRun ? run : { ...run, stops }
  })
}

/** A line of a column: a stop where it is, where it would be put down, or where it is dragged away from. */
export interface Row {
  key: string
  stop: Stop
  /** Its place among the others: what is put down before it goes there. */
  index: number
  /** The held stop stands above it in the same column. */
  below: boolean
  look: 'still' | 'held' | 'ghost' | 'gone'
}

export function rows(runs: readonly Run[], run: Run, held: Held | null): Row[] {
  const others = run.stops.filter((stop) => stop.id !== held?.stopId)
  const list = others.map((stop, index): Row => ({ key: stop.id, stop, index, below: held?.toRun === run.id && index >= held.toIndex, look: 'still' }))
  const moving = held && runs.find((one) => one.id === held.fromRun)?.stops.find((stop) => stop.id === held.stopId)
  if (!held || !moving) return list
  const [from, to] = [run.id === held.fromRun, run.id === held.toRun]
  const stays = Boolean(held.dragged) && !unmoved(held)
  if (from && stays) list.splice(held.fromIndex, 0, { key: moving.id, stop: moving, index: held.fromIndex, below: false, look: 'gone' })
  if (!to) return list
  const before = from && stays && held.fromIndex < held.toIndex ? 1 : 0
  list.splice(held.toIndex + before, 0, { key: stays ? 'ghost' : moving.id, stop: moving, index: held.toIndex, below: false, look: stays ? 'ghost' : 'held' })
  return list
}

/** Bounds keep loading first and unloading last. */
export function placed(runs: readonly Run[], held: Held, toRun: string, index: number): Held {
  const run = runs.find((one) => one.id === toRun)
  if (!run || !canChange(run)) return held
  const others = run.stops.filter((stop) => stop.id !== held.stopId)
  return { ...held, toRun, toIndex: Math.min(last(others), Math.max(first(others), index)) }
}

export type Direction = 'up' | 'down' | 'left' | 'right'

/** One step: up and down within the run, left and right to the next run that may change. */
export function stepped(runs: readonly Run[], held: Held, direction: Direction): Held {
  if (direction === 'up') return placed(runs, held, held.toRun, held.toIndex - 1)
  if (direction === 'down') return placed(runs, held, held.toRun, held.toIndex + 1)
  const open = runs.filter(canChange)
  const next = open[open.findIndex((run) => run.id === held.toRun) + (direction === 'right' ? 1 : -1)]
  return next ? placed(runs, held, next.id, held.toIndex) : held
}

export const unmoved = (held: Held): boolean => held.toRun === held.fromRun && held.toIndex === held.fromIndex

/** A stop calls once at a site, and once for each household behind its door. */
const calls = (stop: Stop): number => (stop.kind === 'collect' ? 1 : Math.max(1, stop.households))

/** The server counts calls, not stops: how many lie before the stop's new place. */
export function position(runs: readonly Run[], held: Held): number {
  const run = shown(runs, held).find((one) => one.id === held.toRun)
  return (run?.stops ?? []).slice(0, held.toIndex).filter(canMove).reduce((sum, stop) => sum + calls(stop), 0)
}

/** The move that takes a move back, once the stop has a new name; null when it cannot be told which stop that is. */
export function takenBack(before: readonly Run[], after: readonly Run[], moved: Held): Held | null {
  const was = before.find((run) => run.id === moved.fromRun)?.stops.find((stop) => stop.id === moved.stopId)
  const [giver, taker] = [after.find((run) => run.id === moved.fromRun), after.find((run) => run.id === moved.toRun)]
  if (!was || !giver || !taker) return null
  // Behind one door it may have become one stop with another household's: that is no longer this stop.
  const same = taker.stops.filter((stop) => stop.kind === was.kind && stop.label === was.label && stop.grams === was.grams)
  const [stop] = same
  if (!stop || same.length > 1) return null
  return { stopId: stop.id, fromRun: taker.id, fromIndex: taker.stops.indexOf(stop), toRun: giver.id, toIndex: moved.fromIndex }
}
