/** What the plan's map shows: the runs as they stand, or the best so far while it is solved. Pure. */
import type { components } from '../../api/schema'
import type { PlanDot, PlanLine } from '../../map/planMap'
import { stopNumbers } from '../../map/stopShape'
import type { LngLat, StopKind } from '../../map/shapes'
import type { Run } from './moves'

/** A route of the best plan so far, as the solving tells it. */
export type BestRoute = components['schemas']['BestRouteOut']

type Compared = components['schemas']['VolunteerChangeOut']

const place = ({ lng, lat }: { lng: number; lat: number }): LngLat => [lng, lat]
const lineOf = (run: Run): LngLat[] =>
  run.geometry.length > 1 ? run.geometry.map(([lng = 0, lat = 0]): LngLat => [lng, lat]) : run.stops.map((stop) => place(stop.point))

export function runLines(runs: readonly Run[]): PlanLine[] {
  return runs.map((run) => {
    const words = stopNumbers(run.stops as never)
    const stops = run.stops.map((stop, i): PlanDot => ({
      id: stop.id,
      kind: stop.kind as StopKind,
      word: words[i] ?? '',
      at: place(stop.point),
      label: stop.label,
      done: stop.state === 'done',
    }))
    return { id: run.id, number: run.number, line: lineOf(run), stops }
  })
}

/** Their numbers go on after those of the runs that stay. */
export function bestLines(routes: readonly BestRoute[], stay: readonly Run[]): PlanLine[] {
  const from = Math.max(0, ...stay.map((run) => run.number))
  return routes.map((route, i) => {
    const told = route.stops ?? []
    const words = stopNumbers(told as never)
    const stops = told.map((stop, n): PlanDot => ({ id: `best-${i}-${n}`, kind: stop.kind as StopKind, word: words[n] ?? '', at: stop.point, label: '', done: false }))
    return { id: `best-${i}`, number: from + i + 1, line: route.line, stops }
  })
}

/** Two plannings on one map: the first thin below, the second thick on top. */
export function comparedLines(volunteers: readonly Compared[]): PlanLine[] {
  const thin = volunteers.flatMap((one, i) => (one.a ? [{ id: `old-${one.volunteer_id}`, number: i + 1, line: one.a.line, stops: [], old: true }] : []))
  const thick = volunteers.flatMap((one, i) => (one.b ? [{ id: one.volunteer_id, number: i + 1, line: one.b.line, stops: [] }] : []))
  return [...thin, ...thick]
}

export const corners = (lines: readonly PlanLine[]): LngLat[] => lines.flatMap((line) => [...line.line, ...line.stops.map((stop) => stop.at)])
