/** Runs as numbered routes. All lines share one canvas; stops keep their shape in the run's colour. */
import L from 'leaflet'
import { stopIcon } from './marks'
import { RUN_COLOURS, RUN_DASHES, runTurn, stopNumbers } from './stopShape'
import type { LngLat, MapRun, Target } from './shapes'

/** Nobody has chosen a run: all of them lie pale in the background. */
const CALM = { weight: 2, opacity: 0.42 }
/** Another run is chosen. */
const FAINT = { weight: 2, opacity: 0.15 }
/** A line through the middle of squares: it must not look like a way along streets. */
const ROUGH = '1 9'
const latLngs = (line: readonly LngLat[]): [number, number][] => line.map(([lng, lat]) => [lat, lng])

export type Line = Pick<MapRun, 'id' | 'number' | 'exact' | 'geometry' | 'stops'>

export class Routes {
  private readonly lines: L.LayerGroup
  private readonly stops: L.LayerGroup
  private runs: readonly Line[] = []
  private chosen: string | null = null
  private faint = false

  constructor(
    map: L.Map,
    private readonly renderer: L.Canvas,
    private readonly onPick: (target: Target) => void,
  ) {
    this.lines = L.layerGroup().addTo(map)
    this.stops = L.layerGroup().addTo(map)
  }

  /** `faint`: something else is looked at. */
  show(runs: readonly Line[], chosen: string | null, faint = false): void {
    this.faint = faint
    this.runs = runs
    this.chosen = chosen
    this.draw()
  }

  private draw(): void {
    this.lines.clearLayers()
    this.stops.clearLayers()
    const chosen = this.runs.find((run) => run.id === this.chosen)
    for (const run of this.runs) if (run !== chosen) this.drawPale(run, chosen || this.faint ? FAINT : CALM)
    if (!chosen) return
    this.drawFull(chosen)
    this.drawStops(chosen)
  }

  private add(run: Line, look: L.PolylineOptions): void {
    L.polyline(latLngs(run.geometry), { renderer: this.renderer, lineJoin: 'round', lineCap: 'round', bubblingMouseEvents: false, ...look })
      .on('click', () => this.onPick({ kind: 'run', id: run.id }))
      .addTo(this.lines)
  }

  private drawPale(run: Line, look: typeof CALM): void {
    this.add(run, { ...look, color: RUN_COLOURS[runTurn(run.number)], ...(run.exact === false && { dashArray: ROUGH }) })
  }

  /** White casing below the colour, so that it stands out from the lines it crosses. */
  private drawFull(run: Line): void {
    const turn = runTurn(run.number)
    this.add(run, { color: '#fff', weight: 9, opacity: 0.95 })
    this.add(run, { color: RUN_COLOURS[turn], weight: turn === 2 ? 5.5 : 4.5, dashArray: run.exact === false ? ROUGH : RUN_DASHES[turn] })
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
