/** Households as fixed areas of at least ten: polygons with "约 15 户". */
import L from 'leaflet'
import { escapeText } from './base'
import type { Cell, Target } from './shapes'

const BLUE = '#0057b8'
/** Width and height of a label with its free edge. */
const LABEL_PX: [number, number] = [96, 30]

export class Cells {
  private readonly group: L.LayerGroup
  private readonly labels: L.LayerGroup
  private marks: L.Marker[] = []

  constructor(
    private readonly map: L.Map,
    private readonly renderer: L.Canvas,
    private readonly onPick: (target: Target) => void,
  ) {
    this.group = L.layerGroup().addTo(map)
    this.labels = L.layerGroup().addTo(map)
  }

  show(cells: readonly Cell[], chosen: Target | null, words: (cell: Cell) => string): void {
    this.group.clearLayers()
    this.labels.clearLayers()
    this.marks = []
    for (const cell of [...cells].sort((a, b) => b.households - a.households)) {
      const here = chosen?.kind === 'cell' && chosen.id === cell.id
      const shape = L.polygon(
        cell.polygon.map(([lng, lat]) => [lat, lng] as [number, number]),
        {
          renderer: this.renderer,
          bubblingMouseEvents: false,
          color: here ? '#1d1a16' : BLUE,
          weight: here ? 3 : 1.5,
          fillColor: BLUE,
          // Deeper with more households; still clear enough for the names below.
          fillOpacity: Math.min(0.4, 0.1 + cell.households / 250),
        },
      )
      const pick = (): void => this.onPick({ kind: 'cell', id: cell.id })
      shape.on('click', pick).addTo(this.group)
      const html = `<span class="cell-pill">${escapeText(words(cell))}</span>`
      const icon = L.divIcon({ html, className: 'mark cell-label', iconSize: LABEL_PX })
      this.marks.push(L.marker([cell.lat, cell.lng], { icon, keyboard: false }).on('click', pick))
    }
    this.thin()
  }

  /** The largest first; a label that would cover another waits for a closer look. */
  thin(): void {
    this.labels.clearLayers()
    const taken: L.Point[] = []
    for (const mark of this.marks) {
      const at = this.map.latLngToLayerPoint(mark.getLatLng())
      if (taken.some((other) => Math.abs(other.x - at.x) < LABEL_PX[0] && Math.abs(other.y - at.y) < LABEL_PX[1])) continue
      taken.push(at)
      mark.addTo(this.labels)
    }
  }
}
