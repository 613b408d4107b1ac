/** The plain ground: sheets of a grid and the districts' names. No tiles, no outside request. */
import { CanvasLayer } from './canvasLayer'
import { degrees, multiples, stepFor } from './graticule'
import type { District } from './shapes'

const LAND = '#f3efe6'
const SHEET = '#f1ece2'
const LINE = '#eae3d6'
const PLACE = '#6b6253'
/** The corner stays free of both. */
const EDGE_PX = 40
const FONT = '"PingFang SC","Hiragino Sans GB","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif'

export class Ground extends CanvasLayer {
  private districts: District[] = []
  private english = false

  constructor() {
    super('ground')
  }

  setDistricts(districts: District[], english: boolean): void {
    this.districts = districts
    this.english = english
    this.redraw()
  }

  protected draw(context: CanvasRenderingContext2D): void {
    context.fillStyle = LAND
    context.fillRect(0, 0, this.width, this.height)
    this.drawGrid(context)
    this.drawNames(context)
  }

  private drawGrid(context: CanvasRenderingContext2D): void {
    const bounds = this._map.getBounds().pad(0.3)
    const step = stepFor(this._map.getBounds().getEast() - this._map.getBounds().getWest())
    const columns = multiples(bounds.getWest() - step, bounds.getEast() + step, step)
    const rows = multiples(bounds.getSouth() - step, bounds.getNorth() + step, step)
    const xs = columns.map((i) => this.at(i * step, bounds.getCenter().lat).x)
    const ys = rows.map((j) => this.at(bounds.getCenter().lng, j * step).y)
    context.fillStyle = SHEET
    columns.forEach((i, c) =>
      rows.forEach((j, r) => {
        const x = xs[c + 1]
        const y = ys[r + 1]
        if ((i + j) % 2 === 0 && x !== undefined && y !== undefined)
          context.fillRect(xs[c] ?? 0, y, x - (xs[c] ?? 0), (ys[r] ?? 0) - y)
      }),
    )
    context.strokeStyle = LINE
    context.lineWidth = 1
    context.beginPath()
    for (const x of xs) {
      context.moveTo(Math.round(x) + 0.5, 0)
      context.lineTo(Math.round(x) + 0.5, this.height)
    }
    for (const y of ys) {
      context.moveTo(0, Math.round(y) + 0.5)
      context.lineTo(this.width, Math.round(y) + 0.5)
    }
    context.stroke()
    this.drawDegrees(context, columns, rows, xs, ys, step)
  }

  /** Longitudes along the top, latitudes down the left: enough to place a paper print. */
  private drawDegrees(
    context: CanvasRenderingContext2D, columns: number[], rows: number[], xs: number[], ys: number[], step: number,
  ): void {
    const corner = this._map.getBounds().getNorthWest()
    const { x: left, y: top } = this.at(corner.lng, corner.lat)
    context.font = `12px ${FONT}`
    context.fillStyle = PLACE
    context.globalAlpha = 0.75
    context.textAlign = 'left'
    context.textBaseline = 'alphabetic'
    columns.forEach((i, c) => (xs[c] ?? 0) > left + EDGE_PX && context.fillText(`${degrees(i * step, step)}E`, (xs[c] ?? 0) + 4, top + 12))
    rows.forEach((j, r) => (ys[r] ?? 0) > top + EDGE_PX && context.fillText(`${degrees(j * step, step)}N`, left + 4, (ys[r] ?? 0) - 4))
    context.globalAlpha = 1
  }

  private drawNames(context: CanvasRenderingContext2D): void {
    const zoom = this._map.getZoom()
    const size = zoom < 11 ? 14 : zoom < 13 ? 17 : 21
    context.font = `${size}px ${FONT}`
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.lineJoin = 'round'
    // Not every browser spaces canvas letters; the names are plain there.
    if ('letterSpacing' in context) context.letterSpacing = this.english ? '1px' : `${size * 0.4}px`
    for (const d of this.districts) {
      const { x, y } = this.at(d.lng, d.lat)
      const name = this.english ? d.name_en : d.name_zh
      context.strokeStyle = LAND
      context.lineWidth = 4
      context.strokeText(name, x, y)
      context.fillStyle = PLACE
      context.fillText(name, x, y)
    }
    if ('letterSpacing' in context) context.letterSpacing = '0px'
    context.textBaseline = 'alphabetic'
  }
}
