/** A cluster's picture: a white disc with the number, ringed by both shares. Pure. */
const RED = '#c8102e'
const BLUE = '#0057b8'
/** A present minority must be seen: at least a sixth of the ring. */
export const LEAST_DEG = 60
const GAP_DEG = 5
const STROKE = 6

/** Degrees of the red share; 0 or 360 only when the other kind is absent. */
export function redDegrees(donors: number, recipients: number): number {
  const total = donors + recipients
  if (!donors || !total) return 0
  if (!recipients) return 360
  return Math.min(360 - LEAST_DEG, Math.max(LEAST_DEG, (donors / total) * 360))
}

/** Ring radius in px: grows slowly with the number. */
export const ringRadius = (total: number): number => 18 + Math.min(9, 3.4 * Math.log10(Math.max(1, total)))

const on = (radius: number, deg: number): [number, number] => {
  const a = ((deg - 90) * Math.PI) / 180
  return [radius * Math.cos(a), radius * Math.sin(a)]
}
const f = (n: number): string => n.toFixed(1)

function arc(radius: number, from: number, to: number, colour: string): string {
  const [x1, y1] = on(radius, from)
  const [x2, y2] = on(radius, to)
  const large = to - from > 180 ? 1 : 0
  return `<path d="M${f(x1)} ${f(y1)}A${f(radius)} ${f(radius)} 0 ${large} 1 ${f(x2)} ${f(y2)}" stroke="${colour}" fill="none" stroke-width="${STROKE}"/>`
}
const square = ([x, y]: [number, number]): string =>
  `<rect x="${f(x - 5.5)}" y="${f(y - 5.5)}" width="11" height="11" rx="1" fill="${RED}"/>`
const disc = ([x, y]: [number, number]): string => `<circle cx="${f(x)}" cy="${f(y)}" r="6" fill="${BLUE}"/>`

/** SVG of a cluster and its side length in px. The red arc starts at 12 o'clock. */
export function clusterSvg(donors: number, recipients: number): { html: string; size: number } {
  const total = donors + recipients
  const radius = ringRadius(total)
  const size = Math.ceil(2 * (radius + 8))
  const red = redDegrees(donors, recipients)
  let ring: string
  if (red === 0) ring = `<circle r="${f(radius)}" fill="none" stroke="${BLUE}" stroke-width="${STROKE}"/>${disc(on(radius, 180))}`
  else if (red === 360) ring = `<circle r="${f(radius)}" fill="none" stroke="${RED}" stroke-width="${STROKE}"/>${square(on(radius, 45))}`
  else
    ring =
      arc(radius, red + GAP_DEG, 360 - GAP_DEG, BLUE) +
      arc(radius, GAP_DEG, red - GAP_DEG, RED) +
      square(on(radius, red / 2)) +
      disc(on(radius, (red + 360) / 2))
  const html =
    `<svg class="mk" width="${size}" height="${size}" viewBox="${-size / 2} ${-size / 2} ${size} ${size}" aria-hidden="true">` +
    `<circle r="${f(radius + 4)}" fill="#fff" stroke="#1d1a16" stroke-opacity=".3"/>${ring}` +
    `<text y="6" text-anchor="middle" font-size="${total > 999 ? 14 : 17}" font-weight="700" fill="#1d1a16">${total}</text></svg>`
  return { html, size }
}

/** Something drawn as a disc on the screen, in px. */
export interface Disc {
  x: number
  y: number
  /** How many points it stands for. */
  n: number
}
/** As drawn: a cluster with its edge, or a single marker. */
export const discRadius = (n: number): number => (n > 1 ? ringRadius(n) + 4 : 14)
/** Two may touch this much before they become one. */
const TOUCH_PX = 3

/**
 * Groups of discs that would cover each other; two single markers may overlap. The largest takes
 * its neighbours in and moves to their common middle, which may bring it onto the next.
 */
export function mergeDiscs<D extends Disc>(discs: readonly D[]): D[][] {
  const groups = [...discs].sort((a, b) => b.n - a.n).map((d) => ({ x: d.x, y: d.y, n: d.n, of: [d] }))
  for (let i = 0; i < groups.length; i++) {
    const big = groups[i]
    if (!big || big.n < 2) break
    const at = groups.findIndex((g, j) => j > i && Math.hypot(g.x - big.x, g.y - big.y) < discRadius(g.n) + discRadius(big.n) - TOUCH_PX)
    if (at < 0) continue
    const [small] = groups.splice(at, 1)
    if (!small) continue
    const n = big.n + small.n
    Object.assign(big, { x: (big.x * big.n + small.x * small.n) / n, y: (big.y * big.n + small.y * small.n) / n, n, of: [...big.of, ...small.of] })
    // It has moved and grown: everything is looked at again.
    i = -1
  }
  return groups.map((g) => g.of)
}

interface Spot {
  x: number
  y: number
}
/** Half the diagonal of a hub's diamond, in px. */
const HUB_PX = 17

/** A cluster's middle is about: it steps aside where it would lie below a hub. */
export function besideHubs(at: Spot, n: number, hubs: readonly Spot[]): Spot {
  const apart = discRadius(n) + HUB_PX
  let { x, y } = at
  for (const hub of hubs) {
    const way = Math.hypot(x - hub.x, y - hub.y)
    if (way >= apart) continue
    // Straight down when both have the very same middle.
    const [ux, uy] = way > 0.5 ? [(x - hub.x) / way, (y - hub.y) / way] : [0, 1]
    x = hub.x + ux * apart
    y = hub.y + uy * apart
  }
  return { x, y }
}
