/** Households as fixed areas of at least ten: polygons with "约 15 户". */
import L from 'leaflet'
import { escapeText } from './base'
import type { Cell, Target } from './shapes'

const BLUE = '#0057b8'

export class Cells {
  private readonly group: L.LayerGroup
  private readonly labels: L.LayerGroup

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
    for (const cell of cells) {
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
      const icon = L.divIcon({ html, className: 'mark cell-label', iconSize: [96, 30] })
      L.marker([cell.lat, cell.lng], { icon, keyboard: false }).on('click', pick).addTo(this.labels)
    }
    this.thin()
  }

  /** Far out, the labels would cover the map: the shade alone speaks there. */
  thin(): void {
    const far = this.map.getZoom() < 12
    if (far) this.labels.remove()
    else this.labels.addTo(this.map)
  }
}
