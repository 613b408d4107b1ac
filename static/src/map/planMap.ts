/** The plan's map: every run's line and stops at once, old lines thin below new ones. All lines share one canvas. */
import L from 'leaflet'
import { baseMap, layGround, wantsStill, type BaseMap } from './base'
import type { GroundAnswer } from './groundAnswer'
import { markIcon, stopIcon } from './marks'
import { RUN_COLOURS, RUN_DASHES, runTurn } from './stopShape'
import type { LngLat, StopKind } from './shapes'

export interface PlanDot {
  id: string
  kind: StopKind
  word: string
  at: LngLat
  label: string
  done: boolean
}
export interface PlanLine {
  id: string
  number: number
  line: readonly LngLat[]
  stops: readonly PlanDot[]
  /** The plan it is compared with: thin, without stops. */
  old?: boolean
}
export interface PlanPicture {
  lines: readonly PlanLine[]
  /** A line's id; the others step back. */
  chosen: string | null
  hubs: readonly { name: string; at: LngLat }[]
  /** Ids of stops that were circled. */
  marked: ReadonlySet<string>
}

const INK = '#1d1a16'
/** More numbered marks than this only hide one another: then the chosen run alone carries numbers. */
const MARKS_MAX = 160
const FIT_ZOOM_MAX = 16
const latLngs = (line: readonly LngLat[]): [number, number][] => line.map(([lng, lat]) => [lat, lng])

export class PlanMap {
  private readonly base: BaseMap
  private readonly renderer: L.Canvas
  private readonly drawn: L.LayerGroup
  private readonly marks: L.LayerGroup

  constructor(
    host: HTMLElement,
    options: { center: LngLat; label: string },
    private readonly onPick: (lineId: string, stopId: string | null) => void,
  ) {
    this.base = baseMap(host, { ...options, zoom: 12, still: wantsStill() })
    this.renderer = L.canvas({ pane: 'lines', padding: 0.3, tolerance: 8 })
    this.drawn = L.layerGroup().addTo(this.base.map)
    this.marks = L.layerGroup().addTo(this.base.map)
    L.control.scale({ imperial: false, position: 'bottomright' }).addTo(this.base.map)
  }

  lay(answer: GroundAnswer): Promise<void> {
    return layGround(this.base, answer)
  }

  show(picture: PlanPicture): void {
    this.drawn.clearLayers()
    this.marks.clearLayers()
    for (const { name, at } of picture.hubs) this.mark(at, markIcon('hub'), name, -1000)
    const order = [...picture.lines].sort((a, b) => rank(a, picture) - rank(b, picture))
    for (const line of order) this.line(line, picture.chosen)
    const all = picture.lines.reduce((sum, line) => sum + line.stops.length, 0)
    for (const line of order) this.stops(line, picture, all <= MARKS_MAX || line.id === picture.chosen)
  }

  private line(line: PlanLine, chosen: string | null): void {
    const turn = runTurn(line.number)
    const faint = chosen !== null && chosen !== line.id && line.id !== `old-${chosen}`
    const add = (look: L.PolylineOptions): unknown =>
      line.line.length > 1 &&
      L.polyline(latLngs(line.line), { renderer: this.renderer, lineJoin: 'round', lineCap: 'round', bubblingMouseEvents: false, ...look })
        .on('click', () => this.onPick(line.id, null))
        .addTo(this.drawn)
    if (line.old) return void add({ color: INK, weight: 2, opacity: faint ? 0.25 : 0.75, dashArray: '3 6', interactive: false })
    if (!faint) add({ color: '#fff', weight: chosen ? 9 : 7, opacity: 0.9 })
    add({ color: RUN_COLOURS[turn], weight: chosen === line.id ? 5.5 : 4, opacity: faint ? 0.3 : 1, ...(RUN_DASHES[turn] && { dashArray: RUN_DASHES[turn] }) })
  }

  private stops(line: PlanLine, { chosen, marked }: PlanPicture, numbered: boolean): void {
    const colour = RUN_COLOURS[runTurn(line.number)]
    const faint = chosen !== null && chosen !== line.id
    line.stops.forEach((stop, i) => {
      const latLng = L.latLng(stop.at[1], stop.at[0])
      const ring = marked.has(stop.id)
      if (numbered && (!faint || ring)) {
        if (ring) L.circleMarker(latLng, { renderer: this.renderer, radius: 20, color: INK, weight: 3, fillColor: '#fff', fillOpacity: 0.85, interactive: false }).addTo(this.drawn)
        this.mark(stop.at, stopIcon(stop.kind, colour, stop.word, stop.done), stop.label, (line.id === chosen ? 1000 : 0) - i, () => this.onPick(line.id, stop.id))
      } else {
        const look = { renderer: this.renderer, radius: ring ? 8 : faint ? 4 : 6, color: ring ? INK : '#fff', weight: ring ? 3 : 1.5, fillColor: colour, fillOpacity: faint && !ring ? 0.5 : 1 }
        L.circleMarker(latLng, { ...look, bubblingMouseEvents: false }).on('click', () => this.onPick(line.id, stop.id)).addTo(this.drawn)
      }
    })
  }

  private mark([lng, lat]: LngLat, icon: L.DivIcon, label: string, zIndexOffset: number, pick?: () => void): void {
    const marker = L.marker([lat, lng], { icon, keyboard: false, interactive: Boolean(pick), zIndexOffset })
    if (pick) marker.on('click', pick)
    if (pick && label) marker.bindTooltip(document.createTextNode(label) as unknown as HTMLElement, { direction: 'top', offset: [0, -14] })
    marker.addTo(this.marks)
  }

  fit(places: readonly LngLat[]): void {
    if (!places.length) return
    this.base.map.fitBounds(L.latLngBounds(latLngs(places)), { padding: [32, 32], maxZoom: FIT_ZOOM_MAX, animate: false })
  }

  /** Pixels of the map's window → a place. */
  placeAt(x: number, y: number): LngLat {
    const { lng, lat } = this.base.map.containerPointToLatLng([x, y])
    return [lng, lat]
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

/** Drawn later lies on top: the chosen line last, the old plan first. */
const rank = (line: PlanLine, { chosen }: PlanPicture): number => (line.old ? 0 : line.id === chosen ? 2 : 1)
