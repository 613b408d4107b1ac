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
}

/** Loading and unloading keep their ends; a run that somebody has claimed is no longer changed. */
export const canMove = (stop: Pick<Stop, 'kind'>): boolean => stop.kind === 'collect' || stop.kind === 'deliver'
export const canChange = (run: Pick<Run, 'state'>): boolean => run.state === 'draft' || run.state === 'published'

const first = (stops: readonly Stop[]): number => Math.max(0, stops.findIndex(canMove))
const last = (stops: readonly Stop[]): number => stops.reduce((at, stop, i) => (canMove(stop) ? i + 1 : at), first(stops))

export function pickUp(runs: readonly Run[], stopId: string): Held | null {
  for (const run of runs) {
    const at = run.stops.findIndex((stop) => stop.id === stopId)
    const stop = run.stops[at]
    if (stop && canMove(stop) && canChange(run)) return { stopId, fromRun: run.id, fromIndex: at, toRun: run.id, toIndex: at }
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
const calls = (stop: Stop): number => (stop.kind === 'deliver' ? Math.max(1, stop.households) : 1)

/** The server counts calls, not stops: how many lie before the stop's new place. */
export function position(runs: readonly Run[], held: Held): number {
  const run = shown(runs, held).find((one) => one.id === held.toRun)
  return (run?.stops ?? []).slice(0, held.toIndex).filter(canMove).reduce((sum, stop) => sum + calls(stop), 0)
}

export interface Point {
  at_s: number
  distance_m: number
  duration_s: number
  served: number
  asked: number
}

/** The curve of an improving plan in a box: x by time, y by kilometres, best at the foot. */
export function curve(points: readonly Point[], seconds: number, width: number, height: number): [number, number][] {
  const most = Math.max(1, ...points.map((p) => p.distance_m))
  const least = Math.min(most, ...points.map((p) => p.distance_m))
  const span = Math.max(1, most - least * 0.8)
  const until = Math.max(seconds, ...points.map((p) => p.at_s), 1)
  return points.map((p) => [(p.at_s / until) * width, height - ((p.distance_m - least * 0.8) / span) * height])
}

export interface Sums {
  distance_m: number
  duration_s: number
  served: number
  asked: number
}
const doors = (runs: readonly Run[]): number =>
  runs.reduce((sum, run) => sum + run.stops.reduce((own, stop) => own + (stop.kind === 'deliver' ? stop.households : 0), 0), 0)

/**
 * A day's figures. At rest: all its runs, and those left over. While solving: the best so far, which
 * takes the drafts' place, beside the runs that stay; planning again the few that were left is not "0 / 7".
 */
export function daySums(runs: readonly Run[], best: Pick<Point, keyof Sums> | null, unserved: readonly { subject: string }[]): Sums {
  const counted = best ? runs.filter((run) => run.state !== 'draft') : runs
  const on = doors(counted)
  const of = (what: 'distance_m' | 'duration_s'): number => counted.reduce((sum, run) => sum + run[what], best?.[what] ?? 0)
  const left = unserved.filter((row) => row.subject === 'recipient').length
  return {
    distance_m: of('distance_m'),
    duration_s: of('duration_s'),
    served: on + (best?.served ?? 0),
    asked: on + (best ? best.asked : left),
  }
}
