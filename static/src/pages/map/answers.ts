/** From the API's answers to the map's shapes: the one place that knows both. Pure. */
import type { Answer } from '../../api/client'
import { lang, t } from '../../i18n'
import type { Features, Flow, LngLat, MapRun, RunStop, StopKind } from '../../map/shapes'

interface RawStop {
  id?: string
  seq?: number
  kind: string
  label: string
  point?: { lng: number; lat: number }
  lng?: number
  lat?: number
  planned_at?: string | null
  state?: string
  households?: number
  grams?: number
  boxes?: number
  load_after_grams?: number
  task_ids?: string[]
}
export interface RawRun {
  id: string
  number: number
  shape: string
  mode: string
  state: string
  volunteer?: string | null
  vehicle?: string | null
  stops_done?: number
  stops_total?: number
  distance_m: number
  duration_s: number
  source: string
  capacity_grams?: number
  max_load_grams?: number
  allowed?: string[]
  exact?: boolean
  geometry: number[][]
  stops: RawStop[]
}

/** A stop of a trip that is not stored yet: it knows the tasks it stands for. */
export interface TripStop extends RunStop {
  task_ids: string[]
}
export interface Preview {
  stops: TripStop[]
  geometry: LngLat[]
  distance_m: number
  duration_s: number
  source: string
  /** Sentences: what the order would break, and who gets nothing. */
  warnings: string[]
}
export interface RawPreview {
  stops: RawStop[]
  geometry: number[][]
  distance_m: number
  duration_s: number
  source: string
  violations: Record<string, unknown>[]
  left_out?: string[]
}

const OVER = ['done', 'failed', 'skipped']
const line = (points: number[][]): LngLat[] => points.map(([lng = 0, lat = 0]) => [lng, lat])

export function toFeatures(raw: Answer<'/api/v1/map/features', 'get'>): Features {
  return { ...raw, donors: raw.donors.map((d) => ({ ...d, offer: d.offer ?? null })), cells: raw.cells.map((cell) => ({ ...cell, polygon: line(cell.polygon) })) }
}

export function toFlows(raw: Answer<'/api/v1/map/flows', 'get'>): Flow[] {
  const spot = ([lng = 0, lat = 0]: number[]): LngLat => [lng, lat]
  return raw.map((flow) => ({ ...flow, from: spot(flow.from), to: spot(flow.to) }))
}

function toStop(raw: RawStop, i: number): TripStop {
  return {
    id: raw.id ?? raw.task_ids?.join('+') ?? String(i),
    seq: raw.seq ?? i,
    kind: raw.kind as StopKind,
    label: raw.label,
    lng: raw.point?.lng ?? raw.lng ?? 0,
    lat: raw.point?.lat ?? raw.lat ?? 0,
    planned_at: raw.planned_at ?? null,
    state: raw.state ?? 'planned',
    households: raw.households ?? 0,
    grams: raw.grams ?? 0,
    boxes: raw.boxes ?? 0,
    load_after_grams: raw.load_after_grams,
    task_ids: raw.task_ids ?? (raw.id ? [raw.id] : []),
  }
}

export function toRun(raw: RawRun): MapRun {
  const stops = raw.stops.map(toStop)
  return {
    ...raw,
    volunteer: raw.volunteer || null,
    vehicle: raw.vehicle || null,
    stops,
    stops_done: raw.stops_done ?? stops.filter((s) => OVER.includes(s.state)).length,
    stops_total: raw.stops_total ?? stops.length,
    geometry: line(raw.geometry),
  }
}

export function toPreview(raw: RawPreview): Preview {
  const said = raw.violations.map((v) => String(v.sentence ?? (lang.value === 'en' ? v.en : v.zh) ?? v.code))
  return {
    stops: raw.stops.map((stop, i) => ({ ...toStop(stop, i), id: `${i}:${toStop(stop, i).id}` })),
    geometry: line(raw.geometry),
    distance_m: raw.distance_m,
    duration_s: raw.duration_s,
    source: raw.source,
    warnings: [...new Set(said), ...whoGetsNothing(raw.left_out ?? [])],
  }
}

/** One sentence for each reason, with how many it concerns. */
function whoGetsNothing(reasons: string[]): string[] {
  return [...new Set(reasons)].map((why) => t('trip.left_out', { n: reasons.filter((r) => r === why).length, why }))
}

const fixed = (stop: { kind: string }): boolean => stop.kind === 'load' || stop.kind === 'unload'
/** Stops whose order a person may change: all but loading and unloading. */
export const movable = <S extends { kind: string }>(stops: readonly S[]): S[] => stops.filter((s) => !fixed(s))
/** What the API is told: the tasks in the order in which their stops are visited. */
export const taskOrder = (stops: readonly TripStop[]): string[] => movable(stops).flatMap((s) => s.task_ids)
/** Whether stop `i` of the movable ones may change places with the next: food is collected before it is handed over. */
export function maySwap(stops: readonly TripStop[], i: number): boolean {
  const [now, next] = [stops[i], stops[i + 1]]
  return Boolean(now && next && !(now.kind === 'collect' && now.task_ids.some((id) => next.task_ids.includes(id))))
}
