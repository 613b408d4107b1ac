/**
 * The extract's vector tiles as a Leaflet layer: decoded, laid out and painted by protomaps-leaflet,
 * cut into Leaflet's own tiles so that a move draws only what is new. A few milliseconds of drawing
 * per frame: a slow phone stays movable. Outside the extract's bounds nothing is drawn and the plain
 * ground beneath shows.
 */
import Point from '@mapbox/point-geometry'
import L from 'leaflet'
import { Labelers, TileCache, View, ZxySource, paint, type LabelRule, type PreparedTile } from 'protomaps-leaflet'
import type { TileSet } from './groundAnswer'
import { LAND, labelRules, paintRules } from './groundStyle'
import type { Box } from './shapes'

/** A data tile covers 2 × 2 of the map's tiles: a quarter of the requests. */
const LEVEL_DIFF = 1
const TILE_PX = 256
/** Names of neighbours reach this far into a tile. */
const REACH_PX = 24
/** A window of 2,560 px has about 40 data tiles in sight. */
const LABELLED_TILES = 48
/** Of a frame's 16 ms; at least one tile is drawn in each. */
const FRAME_MS = 7
const MAX_RATIO = 2

interface Piece {
  canvas: HTMLCanvasElement
  coords: L.Coords
  /** Null while its data is on the way. */
  prepared: PreparedTile | null
  done: L.DoneCallback | null
}

export class GroundTiles extends L.GridLayer {
  private readonly view: View
  private readonly labelers: Labelers
  private readonly paints = paintRules()
  private readonly pieces = new Map<string, Piece>()
  private readonly waiting = new Set<string>()
  private frame = 0

  constructor(private readonly tiles: TileSet, english: boolean, scale: number, pane: string) {
    const [west, south, east, north] = tiles.bounds
    super({ pane, minZoom: tiles.min_zoom + LEVEL_DIFF, bounds: [[south, west], [north, east]], keepBuffer: 1, updateWhenZooming: false, className: 'ground-tiles' })
    this.view = new View(new TileCache(new ZxySource(tiles.url, false), TILE_PX << LEVEL_DIFF), tiles.max_zoom, LEVEL_DIFF)
    const scratch = document.createElement('canvas').getContext('2d')!
    this.labelers = new Labelers(scratch, within(labelRules(english, scale), tiles.bounds), LABELLED_TILES, (keys) => keys.forEach((key) => this.again(key)))
    this.on('tileunload', (event) => this.forget((event as L.TileEvent).tile as unknown as HTMLCanvasElement))
  }

  override onRemove(map: L.Map): this {
    cancelAnimationFrame(this.frame)
    this.frame = 0
    this.pieces.clear()
    this.waiting.clear()
    return super.onRemove(map)
  }

  protected override createTile(coords: L.Coords, done: L.DoneCallback): HTMLElement {
    const canvas = document.createElement('canvas')
    const key = keyOf(coords)
    const piece: Piece = { canvas, coords, prepared: null, done }
    this.pieces.set(key, piece)
    this.view.getDisplayTile(coords).then(
      (prepared) => {
        piece.prepared = prepared
        if (this.pieces.get(key) === piece) this.again(key)
      },
      // No signal, no tile: the plain ground stays.
      () => done(undefined, canvas),
    )
    return canvas
  }

  private forget(canvas: HTMLCanvasElement): void {
    for (const [key, piece] of this.pieces)
      if (piece.canvas === canvas) {
        this.pieces.delete(key)
        this.waiting.delete(key)
      }
    canvas.width = canvas.height = 0
  }

  private again(key: string): void {
    if (!this.pieces.get(key)?.prepared) return
    this.waiting.add(key)
    this.frame ||= requestAnimationFrame(() => this.drawSome())
  }

  /** The middle first, where the eye is. */
  private drawSome(): void {
    const began = performance.now()
    this.frame = 0
    const middle = this._map?.getPixelBounds().getCenter().divideBy(TILE_PX)
    const far = (key: string): number => {
      const { x, y } = this.pieces.get(key)!.coords
      return middle ? Math.hypot(x + 0.5 - middle.x, y + 0.5 - middle.y) : 0
    }
    const order = [...this.waiting].filter((key) => this.pieces.has(key)).sort((a, b) => far(a) - far(b))
    for (const key of order) {
      this.waiting.delete(key)
      this.drawPiece(this.pieces.get(key)!)
      if (performance.now() - began > FRAME_MS) break
    }
    if (this.waiting.size) this.frame ||= requestAnimationFrame(() => this.drawSome())
  }

  private drawPiece({ canvas, coords, prepared, done }: Piece): void {
    const tile = new Map([['', [prepared!]]])
    this.labelers.add(coords.z, tile)
    const ratio = Math.min(devicePixelRatio || 1, MAX_RATIO)
    canvas.width = canvas.height = Math.ceil(TILE_PX * ratio)
    const context = canvas.getContext('2d')
    if (!context) return
    const origin = new Point(TILE_PX * coords.x, TILE_PX * coords.y)
    const box = { minX: origin.x - REACH_PX, minY: origin.y - REACH_PX, maxX: origin.x + TILE_PX + REACH_PX, maxY: origin.y + TILE_PX + REACH_PX }
    context.setTransform(canvas.width / TILE_PX, 0, 0, canvas.width / TILE_PX, 0, 0)
    context.save()
    this.clip(context, coords, origin)
    context.fillStyle = LAND
    context.fillRect(0, 0, TILE_PX, TILE_PX)
    paint(context, coords.z, tile, null, this.paints, box, origin, false)
    context.restore()
    // Names may stand out over the edge.
    paint(context, coords.z, tile, this.labelers.getIndex(coords.z) ?? null, [], box, origin, false)
    done?.(undefined, canvas)
  }

  /** Ways of the extract reach beyond the box within which it is complete: cut there, neatly. */
  private clip(context: CanvasRenderingContext2D, coords: L.Coords, origin: Point): void {
    const { min, max } = pixels(this.tiles.bounds, coords.z)
    context.beginPath()
    context.rect(min!.x - origin.x, min!.y - origin.y, max!.x - min!.x, max!.y - min!.y)
    context.clip()
  }
}

/** The box in pixels of the whole world at a zoom. */
function pixels([west, south, east, north]: Box, zoom: number): L.Bounds {
  const crs = L.CRS.EPSG3857
  return L.bounds(crs.latLngToPoint(L.latLng(north, west), zoom), crs.latLngToPoint(L.latLng(south, east), zoom))
}

/** No name of what lies outside of the box, where nothing else is drawn. */
function within(rules: LabelRule[], box: Box): LabelRule[] {
  const boxes = new Map<number, L.Bounds>()
  return rules.map((rule) => ({
    ...rule,
    symbolizer: {
      place: (layout, geom, feature) => {
        const around = boxes.get(layout.zoom) ?? pixels(box, layout.zoom)
        boxes.set(layout.zoom, around)
        return rule.symbolizer.place(layout, geom, feature)?.filter(({ anchor }) => around.contains([anchor.x, anchor.y]))
      },
    },
  }))
}

const keyOf = (coords: L.Coords): string => `${coords.x}:${coords.y}:${coords.z}`
