/** Markers as SVG. Shape and glyph carry the meaning, colour repeats it. No style attributes (CSP). */
import L from 'leaflet'
import type { StopKind } from './shapes'
import { glyph, stopShape } from './stopShape'

export type MarkKind = 'donor' | 'recipient' | 'hub'
export type MarkState = 'plain' | 'chosen' | 'picked'

const INK = '#1d1a16'
const RED = '#c8102e'
const BLUE = '#0057b8'
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

export function stopIcon(kind: StopKind, colour: string, word: string, done: boolean): L.DivIcon {
  const size = kind === 'load' || kind === 'unload' ? 36 : 30
  return icon(svg(size, stopShape(kind, colour, word, done), '-4 -4 36 36'), size + 6, 'stop-mark')
}
