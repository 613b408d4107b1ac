/** A stop's picture and a run's colour and pattern, for the map and for lists beside it. Pure. */
import type { RunStop, StopKind } from './shapes'

const INK = '#1d1a16'
export const RUN_COLOURS = ['#00707a', '#945200', '#3d4a57'] as const
/** Solid, dashed, dotted: the pattern repeats the colour's message. */
export const RUN_DASHES = [undefined, '13 9', '1 10'] as const
/** 0, 1, 2: colour and pattern of a run; a fourth run repeats the first with its own number. */
export const runTurn = (number: number): 0 | 1 | 2 => (((number - 1) % 3) + 3) % 3 as 0 | 1 | 2

export const glyph = (word: string, colour: string, y = 19.5, size = 15): string =>
  `<text x="14" y="${y}" font-size="${size}" font-weight="700" text-anchor="middle" fill="${colour}">${word}</text>`

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
  if (kind === 'break') return `<rect x="3" y="5" width="22" height="18" rx="9" fill="#fff" stroke="${colour}" stroke-width="2.4"/>${glyph('歇', colour, 18.6, 13)}`
  const tick = done ? `<circle cx="25" cy="4" r="6.5" fill="#fff" stroke="${colour}"/><path d="m22 4 2.2 2.2 3.8-4.4" fill="none" stroke="${colour}" stroke-width="2"/>` : ''
  const body =
    kind === 'collect'
      ? `<rect x="1.2" y="1.2" width="25.6" height="25.6" rx="3.4" fill="${colour}" ${edge}/>`
      : `<circle cx="14" cy="14" r="12.8" fill="${colour}" ${edge}/>`
  return body + glyph(word, '#fff', 19.2, size) + tick
}

const UNNUMBERED: readonly StopKind[] = ['load', 'unload', 'break']

/** The numbers that people see: stops after loading; loading and unloading carry 仓 instead, a break 歇. */
export function stopNumbers(stops: readonly Pick<RunStop, 'kind'>[]): string[] {
  let n = 0
  return stops.map((stop) => (UNNUMBERED.includes(stop.kind) ? '' : String(++n)))
}
