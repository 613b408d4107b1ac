/** The way that leads to a stop. Pure. */
import type { LngLat } from '../../map/shapes'
import type { DriveStop } from './progress'

export type Way = NonNullable<DriveStop['way']>
export type Step = Way['steps'][number]

/** Null for the first stop, and in a run that was kept before ways were told. */
export const wayOf = (stop: DriveStop): Way | null => (stop as Partial<DriveStop>).way ?? null

/** A later pass of the line is taken only if it comes nearer to the stop than the first by this much: about 15 m. */
const NEARER_DEG = 0.00014

/** Where on the line, from position `from` on, a place lies: 3.5 is the middle between points 3 and 4. */
function along(line: readonly LngLat[], place: LngLat, from: number): number {
  const shrink = Math.cos((place[1] * Math.PI) / 180)
  let best = { at: from, off: Infinity }
  for (let i = Math.floor(from); i < line.length - 1; i++) {
    const [a, b] = [line[i]!, line[i + 1]!]
    const [dx, dy] = [(b[0] - a[0]) * shrink, b[1] - a[1]]
    const [px, py] = [(place[0] - a[0]) * shrink, place[1] - a[1]]
    const least = i === Math.floor(from) ? from - i : 0
    const share = Math.min(1, Math.max(least, (px * dx + py * dy) / (dx * dx + dy * dy || 1)))
    const off = Math.hypot(px - dx * share, py - dy * share)
    if (off < best.off - (best.off === Infinity ? 0 : NEARER_DEG)) best = { at: i + share, off }
    else if (off < best.off && i + share - best.at < 1.5) best = { at: i + share, off }
  }
  return best.at
}

function point(line: readonly LngLat[], at: number): LngLat {
  const [a, b] = [line[Math.floor(at)]!, line[Math.floor(at) + 1]]
  const share = at - Math.floor(at)
  return b ? [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share] : a
}

/** The part of the run's line between the stop before and stop `index`; empty for the first. */
export function partTo(line: readonly LngLat[], stops: readonly LngLat[], index: number): LngLat[] {
  if (index < 1 || line.length < 2) return []
  let at = 0
  let before = 0
  for (let i = 0; i <= index; i++) {
    before = at
    at = along(line, stops[i]!, at)
  }
  const between = line.slice(Math.floor(before) + 1, Math.ceil(at))
  return [point(line, before), ...between, point(line, at)]
}
