/** The run page's map: the way to one stop over the whole run's line, and where the phone is. */
import L from 'leaflet'
import { baseMap, layGround, wantsStill, type BaseMap } from './base'
import type { GroundAnswer } from './groundAnswer'
import { stopIcon } from './marks'
import { RUN_COLOURS, runTurn } from './stopShape'
import type { LngLat, StopKind } from './shapes'

export interface WayStop {
  kind: StopKind
  word: string
  done: boolean
  at: LngLat
}
export interface WayPicture {
  /** What the map is, read out. */
  label: string
  run: number
  line: readonly LngLat[]
  /** The part that leads to the stop; empty when there is none. */
  way: readonly LngLat[]
  stops: readonly WayStop[]
  to: number
}
const FIT_ZOOM_MAX = 17
const latLngs = (line: readonly LngLat[]): [number, number][] => line.map(([lng, lat]) => [lat, lng])

export class WayMap {
  private readonly base: BaseMap
  private me: L.LayerGroup | null = null

  constructor(host: HTMLElement, private readonly picture: WayPicture) {
    const to = picture.stops[picture.to]!
    this.base = baseMap(host, { center: to.at, zoom: 16, label: picture.label, still: wantsStill() })
    const { map } = this.base
    const renderer = L.canvas({ pane: 'lines', padding: 0.3 })
    const colour = RUN_COLOURS[runTurn(picture.run)]
    const draw = (line: readonly LngLat[], look: L.PolylineOptions): unknown =>
      line.length > 1 && L.polyline(latLngs(line), { renderer, interactive: false, lineJoin: 'round', lineCap: 'round', ...look }).addTo(map)
    draw(picture.line, { color: colour, weight: 3, opacity: 0.4 })
    draw(picture.way, { color: '#fff', weight: 11 })
    draw(picture.way, { color: colour, weight: 6 })
    picture.stops.forEach((stop, i) => {
      const icon = stopIcon(stop.kind, i === picture.to ? colour : '#8a8072', stop.word, stop.done)
      L.marker([stop.at[1], stop.at[0]], { icon, keyboard: false, interactive: false, zIndexOffset: i === picture.to ? 1000 : -i }).addTo(map)
    })
    L.control.scale({ imperial: false, position: 'bottomright' }).addTo(map)
    this.fit()
  }

  lay(answer: GroundAnswer): Promise<void> {
    return layGround(this.base, answer)
  }

  /** The way and its stop; once it is known, the own place too. */
  fit(own?: LngLat): void {
    const to = this.picture.stops[this.picture.to]!.at
    const places = latLngs([...(this.picture.way.length ? this.picture.way : [to]), to, ...(own ? [own] : [])])
    this.base.map.fitBounds(L.latLngBounds(places), { padding: [40, 40], maxZoom: FIT_ZOOM_MAX, animate: false })
  }

  showMe([lng, lat]: LngLat, accuracyM: number): void {
    this.me?.remove()
    const dot = L.circleMarker([lat, lng], { radius: 9, color: '#fff', weight: 3, fillColor: '#1d1a16', fillOpacity: 1, interactive: false })
    const about = L.circle([lat, lng], { radius: accuracyM, stroke: false, fillColor: '#1d1a16', fillOpacity: 0.1, interactive: false })
    this.me = L.layerGroup([about, dot]).addTo(this.base.map)
  }

  zoomBy(steps: 1 | -1): void {
    if (steps > 0) this.base.map.zoomIn()
    else this.base.map.zoomOut()
  }

  resized(): void {
    this.base.map.invalidateSize({ animate: false })
  }

  destroy(): void {
    this.base.map.remove()
  }
}
