/** What can go wrong on the way, and what must be known about it. Pure. */
import type { components } from '../../../api/schema'
import type { Run, Stop } from '../moves'

export type Ask = components['schemas']['ReplanIn']
export type Cause = Ask['cause']
export const CAUSES: readonly Cause[] = ['volunteer_out', 'nothing_to_collect', 'not_home', 'lot_recalled', 'running_late', 'again']
/** Runs that people count on: from here on a change is a proposal, not a move by hand. */
export const DRIVEN: readonly string[] = ['published', 'claimed', 'under_way']
export const isDriven = (run: Pick<Run, 'state'>): boolean => DRIVEN.includes(run.state)

const OPEN: readonly string[] = ['planned', 'arrived']
/** Where it can have happened: a site with nothing, a door that stays shut. */
export function stopsFor(cause: Cause, run: Pick<Run, 'stops'>): Stop[] {
  const kind = cause === 'nothing_to_collect' ? 'collect' : cause === 'not_home' ? 'deliver' : ''
  // A door that has failed already can be tried again later.
  const states = cause === 'not_home' ? [...OPEN, 'failed'] : OPEN
  return run.stops.filter((stop) => stop.kind === kind && states.includes(stop.state))
}

export const needsStop = (cause: Cause | ''): boolean => cause === 'nothing_to_collect' || cause === 'not_home'

export interface Told {
  cause: Cause | ''
  runId: string
  stopId: string
  lotId: string
  helpers: readonly string[]
}

/** The question for the server, or null while something is missing. */
export function asked(day: string, told: Told): Ask | null {
  if (!told.cause) return null
  const base = { day, cause: told.cause, volunteer_ids: [...told.helpers] }
  if (told.cause === 'volunteer_out') return told.runId ? { ...base, run_id: told.runId } : null
  if (needsStop(told.cause)) return told.stopId ? { ...base, stop_id: told.stopId } : null
  if (told.cause === 'lot_recalled') return told.lotId ? { ...base, lot_id: told.lotId } : null
  return base
}

/** People on duty without a run: they can come and help. */
export const free = (shifts: readonly { volunteer_id: string; name: string }[], runs: readonly Pick<Run, 'volunteer_id' | 'state'>[]): { value: string; label: string }[] => {
  const busy = new Set(runs.map((run) => run.volunteer_id))
  return [...new Map(shifts.filter((shift) => !busy.has(shift.volunteer_id)).map((shift) => [shift.volunteer_id, shift.name])).entries()].map(([value, label]) => ({ value, label }))
}
