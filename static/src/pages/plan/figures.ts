/** The figures of a plan: how it improves, and what a day sums up to. Pure. */
import type { Run } from './moves'

export interface Point {
  at_s: number
  distance_m: number
  duration_s: number
  served: number
  asked: number
}

export interface Curve {
  /** Corners in the box: x by time, y by kilometres, best at the foot. */
  line: [number, number][]
  /** Kilometres at the top of the box, in metres. */
  most: number
  /** Seconds at its right edge. */
  until: number
}

/** The curve of an improving plan in a box `width` × `height`. */
export function curve(points: readonly Point[], seconds: number, width: number, height: number): Curve {
  const most = Math.max(1, ...points.map((p) => p.distance_m))
  const least = Math.min(most, ...points.map((p) => p.distance_m))
  const span = Math.max(1, most - least * 0.8)
  const until = Math.max(seconds, ...points.map((p) => p.at_s), 1)
  return { line: points.map((p) => [(p.at_s / until) * width, height - ((p.distance_m - least * 0.8) / span) * height]), most, until }
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
  const counted = best ? runs.filter(stays) : runs
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

/** Planning the day again leaves it as it is. */
export const stays = (run: Pick<Run, 'state'> & { locked?: boolean }): boolean => run.state !== 'draft' || Boolean(run.locked)

/** What has changed since the first plan: metres and seconds more (negative: saved), households more. */
export function since(points: readonly Point[]): Omit<Sums, 'asked'> {
  const [first, now] = [points[0], points.at(-1)]
  if (!first || !now) return { distance_m: 0, duration_s: 0, served: 0 }
  return { distance_m: now.distance_m - first.distance_m, duration_s: now.duration_s - first.duration_s, served: now.served - first.served }
}

/** Seconds → "9:20". */
export function hours(seconds: number): string {
  const minutes = Math.round(Math.abs(seconds) / 60)
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
}
