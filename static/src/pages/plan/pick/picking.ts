/** Which stops may be given to others, and what they weigh. Pure. */
import { canMove, type Run, type Stop } from '../moves'

/** Stops of drafts that nobody locked. */
export const pickable = (runs: readonly Run[]): Stop[] =>
  runs.filter((run) => run.state === 'draft' && !run.locked).flatMap((run) => run.stops.filter((stop) => canMove(stop) && !stop.locked))

export interface Weighed {
  stops: number
  households: number
  grams: number
}

export function weighed(stops: readonly Stop[], picked: ReadonlySet<string>): Weighed {
  const mine = stops.filter((stop) => picked.has(stop.id))
  return {
    stops: mine.length,
    households: mine.reduce((sum, stop) => sum + (stop.kind === 'deliver' ? stop.households : 0), 0),
    // What is fetched on the way is what is handed over at its doors: counted once.
    grams: mine.reduce((sum, stop) => sum + (stop.kind === 'deliver' ? stop.grams : 0), 0),
  }
}
