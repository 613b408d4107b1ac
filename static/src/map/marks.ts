/** Markers as SVG. Shape and glyph carry the meaning, colour repeats it. No style attributes (CSP). */
import L from 'leaflet'
import type { StopKind } from './shapes'

export type MarkKind = 'donor' | 'recipient' | 'hub'
export type MarkState = 'plain' | 'chosen' | 'picked'

const INK = '#1d1a16'
const RED = '#c8102e'
const BLUE = '#0057b8'
export const RUN_COLOURS = ['#00707a', '#945200', '#3d4a57'] as const
/** Solid, dashed, dotted: the pattern repeats the colour's message. */
export const RUN_DASHES = [undefined, '13 9', '1 10'] as const
/** 0, 1, 2: colour and pattern of a run; a fourth run repeats the first with its own number. */
export const runTurn = (number: number): 0 | 1 | 2 => (((number - 1) % 3) + 3) % 3 as 0 | 1 | 2

const glyph = (word: string, colour: string, y = 19.5, size = 15): string =>
  `<text x="14" y="${y}" font-size="${size}" font-weight="700" text-anchor="middle" fill="${colour}">${word}</text>`

/** The 28-unit picture of a kind, with its white edge. */
export function markShape(kind: MarkKind): string {
  if (kind === 'donor')
    return `<rect x="1.2" y="1.2" width="25.6" height="25.6" rx="3.4" fill="${RED}" stroke="#fff" stroke-width="2.4"/>${glyph('捐', '#fff')}`
  if (kind === 'recipient')
    return `<circle cx="14" cy="14" r="12.8" fill="${BLUE}" stroke="#fff" stroke-width="2.4"/>${glyph('受', '#fff')}`
  return (
    `<rect x="4" y="4" width="20" height="20" rx="1.5" transform="rotate(45 14 14)" fill="#fff" stroke="#fff" stroke-width="5"/>` +
    `<rect x="4.8" y="4.8" width="18.4" height="18.4" rx="1.5" transform="rotate(45 14 14)" fill="#fff" stroke="${INK}" stroke-width="2"/>` +
    glyph('仓', INK, 18.6, 13)
  )
}

const SIZE_PX: Record<MarkKind, number> = { donor: 28, recipient: 28, hub: 38 }

function svg(size: number, inner: string, view = '0 0 28 28'): string {
  return `<svg class="mk" width="${size}" height="${size}" viewBox="${view}" aria-hidden="true">${inner}</svg>`
}

const icon = (html: string, size: number, className = ''): L.DivIcon =>
  L.divIcon({ html, className: `mark ${className}`, iconSize: [size, size], iconAnchor: [size / 2, size / 2] })

/** Chosen: white halo and ink ring. Picked for a trip: ink ring and a tick. */
export function markIcon(kind: MarkKind, state: MarkState = 'plain'): L.DivIcon {
  if (state === 'plain') return icon(svg(SIZE_PX[kind], markShape(kind)), SIZE_PX[kind])
  if (state === 'chosen') {
    const halo = `<circle cx="14" cy="14" r="25" fill="#fff" stroke="${INK}" stroke-width="2"/>`
    return icon(svg(66, `${halo}${markShape(kind)}`, '-12.5 -12.5 53 53'), 66, 'is-chosen')
  }
  const ring = `<circle cx="14" cy="14" r="19" fill="#fff" stroke="${INK}" stroke-width="2.5"/>`
  const tick = `<circle cx="29" cy="-1" r="8" fill="${INK}"/><path d="m25 -1 3 3 5-6" fill="none" stroke="#fff" stroke-width="2.6"/>`
  return icon(svg(52, `${ring}${markShape(kind)}${tick}`, '-11 -11 50 50'), 52, 'is-picked')
}

/** A stop keeps its shape (square collect, diamond load/unload, circle deliver) in the run's colour. */
export function stopShape(kind: StopKind, colour: string, word: string, done = false): string {
  const size = word.length > 1 ? 13 : 15
  const edge = 'stroke="#fff" stroke-width="2.4"'
  if (kind === 'load' || kind === 'unload')
    return (
      `<rect x="4" y="4" width="20" height="20" rx="1.5" transform="rotate(45 14 14)" fill="#fff" stroke="#fff" stroke-width="5"/>` +
      `<rect x="4.8" y="4.8" width="18.4" height="18.4" rx="1.5" transform="rotate(45 14 14)" fill="#fff" stroke="${colour}" stroke-width="2.4"/>` +
      glyph('仓', INK, 18.6, 13)
    )
  const tick = done ? `<circle cx="25" cy="4" r="6.5" fill="#fff" stroke="${colour}"/><path d="m22 4 2.2 2.2 3.8-4.4" fill="none" stroke="${colour}" stroke-width="2"/>` : ''
  const body =
    kind === 'collect'
      ? `<rect x="1.2" y="1.2" width="25.6" height="25.6" rx="3.4" fill="${colour}" ${edge}/>`
      : `<circle cx="14" cy="14" r="12.8" fill="${colour}" ${edge}/>`
  return body + glyph(word, '#fff', 19.2, size) + tick
}

export function stopIcon(kind: StopKind, colour: string, word: string, done: boolean, faint: boolean): L.DivIcon {
  const size = kind === 'load' || kind === 'unload' ? 36 : 30
  return icon(svg(size, stopShape(kind, colour, word, done), '-4 -4 36 36'), size + 6, faint ? 'is-faint' : '')
}
