/** Arrows along a one-way street, for protomaps-leaflet: drawn with the street, never over a name. */
import type { Feature } from 'protomaps-leaflet'

export interface XY {
  x: number
  y: number
}
export interface Arrow extends XY {
  /** Clockwise from east, as a canvas turns; the direction of travel. */
  angle: number
}

/** Places for arrows every `gap` px along a line, the first half a gap in; pieces shorter than that carry none. Pure. */
export function arrowsAlong(line: readonly XY[], gap: number, backwards: boolean): Arrow[] {
  const found: Arrow[] = []
  let due = gap / 2
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1], line[i]]
    if (!a || !b) continue
    const length = Math.hypot(b.x - a.x, b.y - a.y)
    const angle = Math.atan2(b.y - a.y, b.x - a.x) + (backwards ? Math.PI : 0)
    for (; due <= length; due += gap) {
      const share = due / length
      found.push({ x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share, angle })
    }
    due -= length
  }
  return found
}

const HEAD_PX = 3
const TAIL_PX = 7

export class OnewaySymbolizer {
  constructor(private readonly colour: string, private readonly gap: number) {}

  before(context: CanvasRenderingContext2D): void {
    context.strokeStyle = this.colour
    context.lineWidth = 1.1
    context.globalAlpha = 1
    context.setLineDash([])
  }

  draw(context: CanvasRenderingContext2D, geom: XY[][], _z: number, feature: Feature): void {
    context.beginPath()
    for (const line of geom)
      for (const { x, y, angle } of arrowsAlong(line, this.gap, Number(feature.props.oneway) < 0)) {
        const [c, s] = [Math.cos(angle), Math.sin(angle)]
        const at = (dx: number, dy: number): [number, number] => [x + dx * c - dy * s, y + dx * s + dy * c]
        context.moveTo(...at(-TAIL_PX, 0))
        context.lineTo(...at(TAIL_PX, 0))
        context.moveTo(...at(TAIL_PX - HEAD_PX, -HEAD_PX + 0.5))
        context.lineTo(...at(TAIL_PX, 0))
        context.lineTo(...at(TAIL_PX - HEAD_PX, HEAD_PX - 0.5))
      }
    context.stroke()
  }
}
