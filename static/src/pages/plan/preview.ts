/** What a move would bring, laid over the columns: times, loads, and what breaks by the stop that breaks. Pure. */
import { lang } from '../../i18n'
import type { Stop } from './moves'
import type { Preview } from './usePreview'

export interface Told {
  planned_at: string
  load_after_grams: number
  late_s: number
}
export interface Broken {
  sentence: string
  /** A wish only: it is said, and does not stop the move. */
  soft: boolean
}
/** The preview by stop. */
export interface Overlay {
  told: ReadonlyMap<string, Told>
  broken: ReadonlyMap<string, readonly Broken[]>
  /** What belongs to no stop that is shown. */
  apart: readonly Broken[]
}
export const NOTHING: Overlay = { told: new Map(), broken: new Map(), apart: [] }

/** Seconds after the door's time has ended at which the stop begins; 0 when in time. */
export const lateness = (stop: Pick<Stop, 'planned_at' | 'window_until'>): number =>
  Math.max(0, Math.round((Date.parse(stop.planned_at) - Date.parse(stop.window_until)) / 1000))

export function overlay(preview: Preview | null): Overlay {
  if (!preview) return NOTHING
  const told = new Map<string, Told>()
  for (const run of preview.runs) for (const stop of run.stops) if (stop.stop_id) told.set(stop.stop_id, stop)
  const broken = new Map<string, Broken[]>()
  const apart: Broken[] = []
  const tell = (faults: Preview['violations'], soft: boolean): void => {
    for (const one of faults) {
      const row = { sentence: lang.value === 'en' ? one.en : one.zh, soft }
      if (one.stop_id && told.has(one.stop_id)) broken.set(one.stop_id, [...(broken.get(one.stop_id) ?? []), row])
      else apart.push(row)
    }
  }
  tell(preview.violations, false)
  tell(preview.warnings, true)
  return { told, broken, apart }
}

/** The first sentence for which the move is refused; "" when nothing hard breaks. */
export function refusalOf(seen: Overlay): string {
  const all = [...[...seen.broken.values()].flat(), ...seen.apart]
  return all.find((one) => !one.soft)?.sentence ?? ''
}
