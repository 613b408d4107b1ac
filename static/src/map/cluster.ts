/** A cluster's picture: a white disc with the number, ringed by both shares. Pure. */
const RED = '#c8102e'
const BLUE = '#0057b8'
/** A present minority must be seen: at least a sixth of the ring. */
export const LEAST_DEG = 60
const GAP_DEG = 5
const STROKE = 6.5

/** Degrees of the red share; 0 or 360 only when the other kind is absent. */
export function redDegrees(donors: number, recipients: number): number {
  const total = donors + recipients
  if (!donors || !total) return 0
  if (!recipients) return 360
  return Math.min(360 - LEAST_DEG, Math.max(LEAST_DEG, (donors / total) * 360))
}

/** Ring radius in px: grows slowly with the number. */
export const ringRadius = (total: number): number => 22 + Math.min(10, 2.4 * Math.log10(Math.max(1, total)) * 1.6)

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
  `<rect x="${f(x - 6)}" y="${f(y - 6)}" width="12" height="12" rx="1" fill="${RED}"/>`
const disc = ([x, y]: [number, number]): string => `<circle cx="${f(x)}" cy="${f(y)}" r="6.5" fill="${BLUE}"/>`

/** SVG of a cluster and its side length in px. The red arc starts at 12 o'clock. */
export function clusterSvg(donors: number, recipients: number): { html: string; size: number } {
  const total = donors + recipients
  const radius = ringRadius(total)
  const size = Math.ceil(2 * (radius + 9))
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
    `<circle r="${f(radius + 4.5)}" fill="#fff" stroke="#1d1a16" stroke-opacity=".3"/>${ring}` +
    `<text y="6.5" text-anchor="middle" font-size="${total > 999 ? 15 : 18}" font-weight="700" fill="#1d1a16">${total}</text></svg>`
  return { html, size }
}
