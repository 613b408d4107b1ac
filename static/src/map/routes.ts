/** Runs as numbered routes. All lines share one canvas; stops keep their shape in the run's colour. */
import L from 'leaflet'
import { stopIcon } from './marks'
import { RUN_COLOURS, RUN_DASHES, runTurn, stopNumbers } from './stopShape'
import type { LngLat, MapRun, Target } from './shapes'

const CLOSE_ZOOM = 14
const latLngs = (line: readonly LngLat[]): [number, number][] => line.map(([lng, lat]) => [lat, lng])

export type Line = Pick<MapRun, 'id' | 'number' | 'geometry' | 'stops'>

export class Routes {
  private readonly lines: L.LayerGroup
  private readonly stops: L.LayerGroup
  private runs: readonly Line[] = []
  private chosen: string | null = null

  constructor(
    private readonly map: L.Map,
    private readonly renderer: L.Canvas,
    private readonly onPick: (target: Target) => void,
  ) {
    this.lines = L.layerGroup().addTo(map)
    this.stops = L.layerGroup().addTo(map)
    map.on('zoomend', () => this.draw())
  }

  show(runs: readonly Line[], chosen: string | null): void {
    this.runs = runs
    this.chosen = chosen
    this.draw()
  }

  private draw(): void {
    this.lines.clearLayers()
    this.stops.clearLayers()
    for (const run of this.runs) {
      const faint = this.chosen !== null && run.id !== this.chosen
      this.drawLine(run, faint)
      const close = this.map.getZoom() >= CLOSE_ZOOM && this.chosen === null
      if (close || run.id === this.chosen) this.drawStops(run)
    }
  }

  private drawLine(run: Line, faint: boolean): void {
    const turn = runTurn(run.number)
    const options = { renderer: this.renderer, lineJoin: 'round' as const, lineCap: 'round' as const, bubblingMouseEvents: false }
    const line = latLngs(run.geometry)
    const pick = (): void => this.onPick({ kind: 'run', id: run.id })
    L.polyline(line, { ...options, color: '#fff', weight: 9, opacity: faint ? 0.3 : 0.95 }).on('click', pick).addTo(this.lines)
    L.polyline(line, {
      ...options,
      color: RUN_COLOURS[turn],
      weight: turn === 2 ? 5.5 : 4.5,
      dashArray: RUN_DASHES[turn],
      opacity: faint ? 0.35 : 1,
    })
      .on('click', pick)
      .addTo(this.lines)
  }

  private drawStops(run: Line): void {
    const words = stopNumbers(run.stops)
    const colour = RUN_COLOURS[runTurn(run.number)]
    run.stops.forEach((stop, i) => {
      const icon = stopIcon(stop.kind, colour, words[i] ?? '', stop.state === 'done')
      L.marker([stop.lat, stop.lng], { icon, keyboard: false, zIndexOffset: 1000 - i })
        .bindTooltip(document.createTextNode(stop.label) as unknown as HTMLElement, { direction: 'top', offset: [0, -14] })
        .on('click', () => this.onPick({ kind: 'run', id: run.id }))
        .addTo(this.stops)
    })
  }
}
