/** Tapered arcs: wide at the giver, thin at the cell. Pure geometry in pixels. */
export interface Spot {
  x: number
  y: number
}
export interface Arc {
  from: Spot
  to: Spot
  /** Where the curve is drawn towards (quadratic Bézier). */
  bend: Spot
  /** Full width in px at the giver. */
  width: number
}

const THIN_PX = 1.6
const LEAST_PX = 4
const MOST_PX = 20
const BEND = 0.2
/** 400 kg reach the full width; area, not width, grows with the weight. */
const FULL_GRAMS = 400_000

export function widthOf(grams: number): number {
  const share = Math.sqrt(Math.max(0, grams) / FULL_GRAMS)
  return Math.min(MOST_PX, LEAST_PX + (MOST_PX - LEAST_PX) * share)
}

/** Arcs bend to the same side, so that there and back do not lie on each other. */
export function arcOf(from: Spot, to: Spot, grams: number): Arc {
  const dx = to.x - from.x
  const dy = to.y - from.y
  const bend = { x: (from.x + to.x) / 2 + dy * BEND, y: (from.y + to.y) / 2 - dx * BEND }
  // A short arc would look like a blot at full width.
  const width = Math.min(widthOf(grams), Math.max(LEAST_PX, Math.hypot(dx, dy) / 4))
  return { from, to, bend, width }
}

/** The point at share `s` (0 giver … 1 cell). */
export function along(arc: Arc, s: number): Spot {
  const r = 1 - s
  const mix = (a: number, b: number, c: number): number => r * r * a + 2 * r * s * b + s * s * c
  return { x: mix(arc.from.x, arc.bend.x, arc.to.x), y: mix(arc.from.y, arc.bend.y, arc.to.y) }
}

export const widthAt = (arc: Arc, s: number): number => THIN_PX + (arc.width - THIN_PX) * (1 - s)

/** Length of the curve in px, good to a few per cent. */
export function lengthOf(arc: Arc): number {
  const chord = Math.hypot(arc.to.x - arc.from.x, arc.to.y - arc.from.y)
  const legs =
    Math.hypot(arc.bend.x - arc.from.x, arc.bend.y - arc.from.y) +
    Math.hypot(arc.to.x - arc.bend.x, arc.to.y - arc.bend.y)
  return (chord + legs) / 2
}

/** Outline of the filled shape: down one side, back along the other; [x0, y0, x1, y1, …]. */
export function outline(arc: Arc, steps = 20): Float32Array {
  const points = new Float32Array((steps + 1) * 4)
  for (let i = 0; i <= steps; i++) {
    const s = i / steps
    const p = along(arc, s)
    // Derivative of the curve gives the direction; its normal the two sides.
    const tx = (1 - s) * (arc.bend.x - arc.from.x) + s * (arc.to.x - arc.bend.x)
    const ty = (1 - s) * (arc.bend.y - arc.from.y) + s * (arc.to.y - arc.bend.y)
    const length = Math.hypot(tx, ty) || 1
    const half = widthAt(arc, s) / 2
    const nx = (-ty / length) * half
    const ny = (tx / length) * half
    points[i * 2] = p.x + nx
    points[i * 2 + 1] = p.y + ny
    const back = (steps * 2 + 1 - i) * 2
    points[back] = p.x - nx
    points[back + 1] = p.y - ny
  }
  return points
}
