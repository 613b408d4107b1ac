/** What a hand-drawn ring holds. Pure. */
import type { LngLat } from './shapes'

/** Even-odd rule: is the place inside the ring? The ring closes by itself; fewer than three corners hold nothing. */
export function within(ring: readonly LngLat[], [x, y]: LngLat): boolean {
  if (ring.length < 3) return false
  let inside = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[ax, ay], [bx, by]] = [ring[i]!, ring[j]!]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}
