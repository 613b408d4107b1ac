/**
 * The flows of the chosen donor or lot on one canvas. The still picture is drawn once per view and
 * kept; a frame of the moving one is then a copy of it plus a few dozen dots. Without a choice there
 * are none: everybody's flows at once say nothing.
 */
import type L from 'leaflet'
import { along, arcOf, lengthOf, outline, widthAt, type Arc } from './arcs'
import { CanvasLayer } from './canvasLayer'
import type { Flow } from './shapes'

const FLOW = '#6b4c9a'
const DEEP = '#4f3578'
const DOT_GAP_PX = 46
const SPEED_PX_S = 55
/** An area's hexagon: full size where single streets are seen, smaller farther out. */
const CELL_PX = 38
const CELL_FULL_ZOOM = 13
const FONT = '"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif'

export interface FlowPicture {
  flows: Flow[]
  /** "约 15 户", or '' while the group is too small to be counted. */
  label: (flow: Flow) => string
}

export class Flows extends CanvasLayer {
  private picture: FlowPicture = { flows: [], label: () => '' }
  private still: HTMLCanvasElement | null = null
  private arcs: Arc[] = []
  private frame = 0

  constructor(private readonly reduced: boolean) {
    super('flows')
  }

  show(picture: FlowPicture): void {
    this.picture = picture
    if (this.canvas) this.redraw()
  }

  override onRemove(map: L.Map): this {
    cancelAnimationFrame(this.frame)
    this.still = null
    return super.onRemove(map)
  }

  protected draw(context: CanvasRenderingContext2D): void {
    cancelAnimationFrame(this.frame)
    this.arcs = this.picture.flows.map((flow) =>
      arcOf(this.at(flow.from[0], flow.from[1]), this.at(flow.to[0], flow.to[1]), flow.grams),
    )
    this.drawStill(context)
    if (this.reduced || !this.arcs.length) return
    this.keep()
    this.move(context, performance.now())
  }

  private drawStill(context: CanvasRenderingContext2D): void {
    const { flows, label } = this.picture
    const size = Math.max(12, Math.min(CELL_PX, CELL_PX * 2 ** ((this._map.getZoom() - CELL_FULL_ZOOM) * 0.6)))
    this.arcs.forEach((arc) => hexagon(context, arc, size))
    context.fillStyle = FLOW
    context.globalAlpha = 0.88
    context.strokeStyle = '#fff'
    context.lineWidth = 1
    for (const arc of this.arcs) {
      if (!this.near(arc)) continue
      trace(context, outline(arc))
      context.fill()
      context.stroke()
    }
    context.globalAlpha = 1
    this.drawPills(context, flows.map((flow, i) => ({ grams: flow.grams, words: label(flow), arc: this.arcs[i] })), size)
  }

  /** The largest first; a label that would cover another or the giver is left out: the list has them all. */
  private drawPills(context: CanvasRenderingContext2D, labels: { grams: number; words: string; arc: Arc | undefined }[], size: number): void {
    const giver = this.arcs[0]?.from
    const taken = giver ? [{ x: giver.x, y: giver.y, half: 33, tall: 33 }] : []
    for (const { words, arc } of labels.sort((a, b) => b.grams - a.grams)) {
      if (!arc || !words) continue
      context.font = `700 15.5px ${FONT}`
      const spot = { x: arc.to.x, y: arc.to.y + size * 0.63, half: context.measureText(words).width / 2 + 13, tall: 14 }
      if (taken.some((t) => Math.abs(t.x - spot.x) < t.half + spot.half && Math.abs(t.y - spot.y) < t.tall + spot.tall)) continue
      taken.push(spot)
      pill(context, spot, words)
    }
  }

  /** Arcs wholly outside the canvas cost nothing. */
  private near({ from, to }: Arc): boolean {
    return (
      Math.max(from.x, to.x) > -60 &&
      Math.min(from.x, to.x) < this.width + 60 &&
      Math.max(from.y, to.y) > -60 &&
      Math.min(from.y, to.y) < this.height + 60
    )
  }

  private keep(): void {
    if (!this.canvas) return
    this.still ??= document.createElement('canvas')
    this.still.width = this.canvas.width
    this.still.height = this.canvas.height
    this.still.getContext('2d')?.drawImage(this.canvas, 0, 0)
  }

  private move(context: CanvasRenderingContext2D, started: number): void {
    const moving = this.arcs.filter((arc) => this.near(arc)).map((arc) => ({ arc, length: lengthOf(arc) }))
    const step = (now: number): void => {
      if (!this.canvas || !this.still) return
      context.setTransform(1, 0, 0, 1, 0, 0)
      context.clearRect(0, 0, this.canvas.width, this.canvas.height)
      context.drawImage(this.still, 0, 0)
      context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0)
      const gone = (((now - started) / 1000) * SPEED_PX_S) % DOT_GAP_PX
      context.beginPath()
      for (const { arc, length } of moving) dots(context, arc, length, gone)
      context.fillStyle = '#fff'
      context.strokeStyle = DEEP
      context.lineWidth = 1.2
      context.fill()
      context.stroke()
      this.frame = requestAnimationFrame(step)
    }
    this.frame = requestAnimationFrame(step)
  }
}

function dots(context: CanvasRenderingContext2D, arc: Arc, length: number, gone: number): void {
  for (let way = gone; way < length - 8; way += DOT_GAP_PX) {
    const s = way / length
    const { x, y } = along(arc, s)
    const radius = Math.max(2.2, Math.min(4.5, widthAt(arc, s) * 0.34))
    context.moveTo(x + radius, y)
    context.arc(x, y, radius, 0, 2 * Math.PI)
  }
}

function trace(context: CanvasRenderingContext2D, points: Float32Array): void {
  context.beginPath()
  context.moveTo(points[0] ?? 0, points[1] ?? 0)
  for (let i = 2; i < points.length; i += 2) context.lineTo(points[i] ?? 0, points[i + 1] ?? 0)
  context.closePath()
}

function hexagon(context: CanvasRenderingContext2D, { to }: Arc, size: number): void {
  context.beginPath()
  for (let i = 0; i < 6; i++) {
    const turn = (i * Math.PI) / 3
    context.lineTo(to.x + size * Math.cos(turn), to.y + size * Math.sin(turn))
  }
  context.closePath()
  context.globalAlpha = 0.22
  context.fillStyle = FLOW
  context.fill()
  context.globalAlpha = 1
  context.strokeStyle = FLOW
  context.lineWidth = 1.6
  context.stroke()
}

function pill(context: CanvasRenderingContext2D, { x, y, half, tall }: { x: number; y: number; half: number; tall: number }, words: string): void {
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.beginPath()
  context.roundRect(x - half, y - tall, half * 2, tall * 2, tall)
  context.fillStyle = '#fff'
  context.fill()
  context.strokeStyle = FLOW
  context.lineWidth = 1.5
  context.stroke()
  context.fillStyle = DEEP
  context.fillText(words, x, y + 0.5)
}
