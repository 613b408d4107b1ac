/** The food aid map: everything a page may show or ask, without the page knowing Leaflet. */
import L from 'leaflet'
import { baseMap, layGround, wantsStill, type BaseMap } from './base'
import { Cells } from './cells'
import { Flows, type FlowPicture } from './flows'
import type { GroundAnswer } from './groundAnswer'
import { Points } from './points'
import { Routes, type Line } from './routes'
import {
  NO_FEATURES,
  type Box,
  type Cell,
  type Features,
  type Layers,
  type LngLat,
  type Target,
} from './shapes'

export interface MapState {
  zoom: number
  lat: number
  lng: number
  box: Box
}
export interface MapOptions {
  center: LngLat
  zoom: number
  label: string
  onMove: (state: MapState) => void
  onPick: (target: Target) => void
  onCrowd: (members: Target[]) => void
  onGround: () => void
}
/** One whole picture; the map draws what has changed. */
export interface Scene {
  features: Features
  layers: Layers
  chosen: Target | null
  picked: ReadonlySet<string>
  runs: readonly Line[]
  cellWords: (cell: Cell) => string
}
/** Free room at the edges in px, where panels cover the map. */
export interface Room {
  top: number
  right: number
  bottom: number
}

const PHONE_PX = 700

export class FoodMap {
  readonly reduced = wantsStill()
  private readonly base: BaseMap
  private readonly map: L.Map
  private readonly points: Points
  private readonly cells: Cells
  private readonly routes: Routes
  private readonly flows: Flows

  constructor(host: HTMLElement, options: MapOptions) {
    this.base = baseMap(host, { ...options, still: this.reduced })
    this.map = this.base.map
    const renderer = L.canvas({ pane: 'lines', padding: 0.3, tolerance: 6 })
    this.cells = new Cells(this.map, renderer, options.onPick)
    this.routes = new Routes(this.map, renderer, options.onPick)
    this.flows = new Flows(this.reduced)
    this.flows.addTo(this.map)
    this.points = new Points(this.map, options.onPick, options.onCrowd)
    L.control.scale({ imperial: false, position: 'bottomright' }).addTo(this.map)
    addEventListener('beforeprint', this.forPaper)
    addEventListener('afterprint', this.forScreen)
    this.map.on('moveend', () => options.onMove(this.state()))
    this.map.on('zoomend', () => this.cells.thin())
    this.map.on('click', () => options.onGround())
    this.show({ features: NO_FEATURES, layers: { donor: true, recipient: true, hub: true, run: true }, chosen: null, picked: new Set(), runs: [], cellWords: () => '' })
  }

  show(scene: Scene): void {
    const { features, layers, chosen } = scene
    const focus = chosen?.kind === 'run' || chosen?.kind === 'donor' ? chosen.kind : 'none'
    this.map.getContainer().dataset.focus = focus
    this.points.set(features, layers, chosen, scene.picked)
    // Where single doors may be seen, the areas would only repeat them.
    const areas = layers.recipient && !features.recipients.length ? features.cells : []
    this.cells.show(areas, chosen, scene.cellWords)
    this.routes.show(layers.run ? scene.runs : [], chosen?.kind === 'run' ? chosen.id : null, focus === 'donor')
  }

  showFlows(picture: FlowPicture): void {
    this.flows.show(picture)
  }

  /** In the page's language as it is now. */
  lay(answer: GroundAnswer): Promise<void> {
    return layGround(this.base, answer)
  }

  state(): MapState {
    const b = this.map.getBounds()
    const c = this.map.getCenter()
    return { zoom: this.map.getZoom(), lat: c.lat, lng: c.lng, box: [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()] }
  }

  goTo(lng: number, lat: number, zoom: number): void {
    this.map.setView([lat, lng], zoom)
  }

  /** Brings a place into the free part of the window, without moving when it is there already. */
  reveal(lng: number, lat: number, room: Room): void {
    const size = this.map.getSize()
    const p = this.map.latLngToContainerPoint([lat, lng])
    const EDGE = 48
    const free = p.x > EDGE && p.y > room.top + EDGE && p.x < size.x - room.right - EDGE && p.y < size.y - room.bottom - EDGE
    if (free) return
    const middle = L.point((size.x - room.right) / 2, (size.y - room.bottom + room.top) / 2)
    this.map.panBy(p.subtract(middle), { animate: !this.reduced })
  }

  fit(places: readonly LngLat[], room: Room, maxZoom = 16): void {
    if (!places.length) return
    const bounds = L.latLngBounds(places.map(([lng, lat]) => [lat, lng] as [number, number]))
    const edge = this.map.getSize().x < PHONE_PX ? 24 : 56
    this.map.fitBounds(bounds, {
      paddingTopLeft: [edge, room.top + 24],
      paddingBottomRight: [room.right + edge, room.bottom + 32],
      maxZoom,
      animate: !this.reduced,
    })
  }

  zoomBy(steps: 1 | -1): void {
    if (steps > 0) this.map.zoomIn()
    else this.map.zoomOut()
  }

  /** After the window around it has changed its size. */
  resized(): void {
    this.map.invalidateSize({ animate: false })
  }

  /** A sheet of paper is smaller than the window: its middle is the window's, and what is drawn there stays. */
  private readonly forPaper = (): void => {
    document.documentElement.classList.add('on-paper')
    this.resized()
  }

  private readonly forScreen = (): void => {
    document.documentElement.classList.remove('on-paper')
    this.resized()
  }

  destroy(): void {
    removeEventListener('beforeprint', this.forPaper)
    removeEventListener('afterprint', this.forScreen)
    this.map.remove()
  }
}
