/** The stops of today's runs on one line of hours. Pure. */
import type { MapRun } from '../../map/shapes'

export interface Tick {
  key: string
  kind: 'collect' | 'deliver'
  /** 0 … 1 along the line. */
  at: number
  done: boolean
}
export interface Day {
  ticks: Tick[]
  /** Whole hours written under the line, as times. */
  hours: { at: number; time: number }[]
  from: number
  to: number
  done: number
  all: number
}

const HOUR_MS = 3_600_000
const MOST_LABELS = 6

/** Null when nothing is planned. Times are epoch milliseconds. */
export function dayOfRuns(runs: readonly MapRun[]): Day | null {
  const stops = runs.flatMap((run) =>
    run.stops.flatMap((s) => (s.planned_at ? [{ ...s, time: Date.parse(s.planned_at) }] : [])),
  )
  if (!stops.length) return null
  const times = stops.map((s) => s.time)
  const from = Math.floor(Math.min(...times) / HOUR_MS) * HOUR_MS
  const to = Math.max(from + HOUR_MS, Math.ceil(Math.max(...times) / HOUR_MS) * HOUR_MS)
  const share = (time: number): number => (time - from) / (to - from)
  const every = Math.max(1, Math.ceil((to - from) / HOUR_MS / MOST_LABELS)) * HOUR_MS
  const hours = []
  for (let time = from; time <= to; time += every) hours.push({ at: share(time), time })
  const served = stops.filter((s) => s.kind === 'deliver')
  const sum = (list: typeof served): number => list.reduce((n, s) => n + s.households, 0)
  return {
    ticks: stops.flatMap((s): Tick[] =>
      s.kind === 'collect' || s.kind === 'deliver'
        ? [{ key: s.id, kind: s.kind, at: share(s.time), done: s.state === 'done' }]
        : [],
    ),
    hours,
    from,
    to,
    done: sum(served.filter((s) => s.state === 'done')),
    all: sum(served),
  }
}
