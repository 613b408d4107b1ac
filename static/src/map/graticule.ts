/** Steps and lines of the plain ground's grid; pure. */
import type { Box } from './shapes'

const STEPS_DEG = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]

/** The smallest step (degrees) that leaves at most `most` lines over `span` degrees. */
export function stepFor(span: number, most = 8): number {
  return STEPS_DEG.find((step) => span / step <= most) ?? 45
}

/** Multiples of `step` within [from, to], as whole counts so that no error adds up. */
export function multiples(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step - 1e-9)
  const last = Math.floor(to / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
}

export function degrees(value: number, step: number): string {
  const digits = step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 3
  return `${value.toFixed(digits)}°`
}

export const inside = (lng: number, lat: number, [w, s, e, n]: Box): boolean =>
  lng >= w && lng <= e && lat >= s && lat <= n
