/**
 * One canvas that covers the window and a margin around it, and follows the map's moves:
 * panned with the pane, scaled during a zoom, drawn anew when the map rests.
 */
import L from 'leaflet'

const MARGIN = 0.25
const MAX_RATIO = 2

export abstract class CanvasLayer extends L.Layer {
  protected canvas: HTMLCanvasElement | null = null
  protected width = 0
  protected height = 0
  protected ratio = 1
  private zoom = 0
  private center = L.latLng(0, 0)
  private origin = L.point(0, 0)

  constructor(private readonly paneName: string) {
    super()
  }

  /** Draws everything; `at` gives canvas pixels for a place. */
  protected abstract draw(context: CanvasRenderingContext2D): void

  override onAdd(map: L.Map): this {
    const canvas = L.DomUtil.create('canvas', 'leaflet-zoom-animated ground-canvas')
    canvas.setAttribute('aria-hidden', 'true')
    map.getPane(this.paneName)?.appendChild(canvas)
    this.canvas = canvas
    this.rest()
    return this
  }

  override onRemove(_map: L.Map): this {
    this.canvas?.remove()
    this.canvas = null
    return this
  }

  override getEvents(): Record<string, L.LeafletEventHandlerFn> {
    return {
      viewreset: () => this.rest(),
      moveend: () => this.rest(),
      resize: () => this.rest(),
      zoomanim: (event) => this.follow(event as L.ZoomAnimEvent),
    }
  }

  protected at(lng: number, lat: number): { x: number; y: number } {
    const p = this._map.latLngToLayerPoint([lat, lng])
    return { x: p.x - this.origin.x, y: p.y - this.origin.y }
  }

  redraw(): void {
    const context = this.canvas?.getContext('2d')
    if (!context) return
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0)
    context.clearRect(0, 0, this.width, this.height)
    this.draw(context)
  }

  private rest(): void {
    const { canvas } = this
    if (!canvas) return
    const size = this._map.getSize()
    this.zoom = this._map.getZoom()
    this.center = this._map.getCenter()
    this.origin = this._map.containerPointToLayerPoint(size.multiplyBy(-MARGIN)).round()
    this.width = Math.round(size.x * (1 + 2 * MARGIN))
    this.height = Math.round(size.y * (1 + 2 * MARGIN))
    this.ratio = Math.min(window.devicePixelRatio || 1, MAX_RATIO)
    canvas.width = this.width * this.ratio
    canvas.height = this.height * this.ratio
    canvas.style.width = `${this.width}px`
    canvas.style.height = `${this.height}px`
    L.DomUtil.setTransform(canvas, this.origin, 1)
    this.redraw()
  }

  /** The same arithmetic as Leaflet's own renderers, with public calls only. */
  private follow(event: L.ZoomAnimEvent): void {
    const map = this._map
    const pane = map.getPane('mapPane')
    if (!this.canvas || !pane) return
    const scale = map.getZoomScale(event.zoom, this.zoom)
    const half = map.getSize().multiplyBy(0.5)
    const newOrigin = map
      .project(event.center, event.zoom)
      .subtract(half)
      .add(L.DomUtil.getPosition(pane))
      .round()
    const offset = half
      .multiplyBy(-scale * (1 + 2 * MARGIN))
      .add(map.project(this.center, event.zoom))
      .subtract(newOrigin)
    L.DomUtil.setTransform(this.canvas, offset, scale)
  }
}
