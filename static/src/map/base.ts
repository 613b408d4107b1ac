/** A Leaflet map on our ground: the start of every map in the pages. */
import L from 'leaflet'
import 'leaflet/dist/leaflet.css'
import { lang } from '../i18n'
import { textSize } from '../i18n/textSize'
import { Ground } from './ground'
import type { GroundAnswer } from './groundAnswer'
import { ShiftedTiles } from './shiftedTiles'
import { inside } from './graticule'
import type { District, LngLat } from './shapes'

/** Bottom to top; Leaflet's own markers stand at 600. */
const PANES: [string, number][] = [
  ['ground', 150],
  ['tiles', 160],
  ['lines', 410],
  ['flows', 420],
]
const LARGE = 1.25
const COPYRIGHT = 'https://www.openstreetmap.org/copyright'

export interface BaseMap {
  map: L.Map
  ground: Ground
}

export interface BaseOptions {
  center: LngLat
  zoom: number
  /** What the map is, read out. */
  label: string
  still: boolean
}

export function baseMap(host: HTMLElement, options: BaseOptions): BaseMap {
  const map = L.map(host, {
    center: [options.center[1], options.center[0]],
    zoom: options.zoom,
    minZoom: 8,
    maxZoom: 19,
    // Half steps fill the window better; drawn tiles would blur (see layGround).
    zoomSnap: 0.5,
    zoomControl: false,
    attributionControl: false,
    zoomAnimation: !options.still,
    fadeAnimation: !options.still,
    markerZoomAnimation: !options.still,
    renderer: L.canvas({ pane: 'overlayPane' }),
  })
  for (const [name, zIndex] of PANES) map.createPane(name).style.zIndex = String(zIndex)
  host.setAttribute('role', 'application')
  host.setAttribute('aria-label', options.label)
  // Points are read out by the list beside the map, not one by one from here.
  map.getPane('markerPane')?.setAttribute('aria-hidden', 'true')
  const ground = new Ground()
  ground.addTo(map)
  return { map, ground }
}

const laid = new WeakMap<L.Map, (L.Layer | L.Control)[]>()
/** Two answers on their way at once: the later asked wins. */
const turns = new WeakMap<L.Map, number>()

/** Lays what the server has over the plain ground: the operator's layer, else the extract's tiles, else nothing. */
export async function layGround({ map, ground }: BaseMap, answer: GroundAnswer): Promise<void> {
  const english = lang.value === 'en'
  ground.setDistricts(namesBeside(answer), english)
  const turn = (turns.get(map) ?? 0) + 1
  turns.set(map, turn)
  const layer = await layerOf(answer, english)
  if (turns.get(map) !== turn) return
  for (const old of laid.get(map) ?? []) old.remove()
  laid.delete(map)
  if (!layer || !map.getPane('tiles')) return
  // A map between two zooms would stretch the tiles.
  map.options.zoomSnap = 1
  if (map.getZoom() % 1) map.setZoom(Math.floor(map.getZoom()), { animate: false })
  layer.addTo(map)
  laid.set(map, [layer, attribution(answer).addTo(map)])
}

/** Where a ground is drawn, it brings its own names. */
function namesBeside({ districts, tiles, layer }: GroundAnswer): District[] {
  if (layer) return []
  return tiles ? districts.filter(({ lng, lat }) => !inside(lng, lat, tiles.bounds)) : districts
}

async function layerOf(answer: GroundAnswer, english: boolean): Promise<L.Layer | null> {
  if (answer.layer) return new ShiftedTiles(answer.layer.url, answer.layer.datum, { pane: 'tiles', maxZoom: 19, maxNativeZoom: 18 })
  if (!answer.tiles) return null
  const { GroundTiles } = await import('./groundTiles')
  return new GroundTiles(answer.tiles, english, textSize.value === 'large' ? LARGE : 1, 'tiles')
}

function attribution(answer: GroundAnswer): L.Control {
  const said = answer.layer?.attribution ?? answer.tiles?.attribution ?? ''
  const text = escapeText(said)
  const ours = !answer.layer && /openstreetmap/i.test(said)
  const html = ours ? `<a href="${COPYRIGHT}" target="_blank" rel="noopener">${text}</a>` : text
  return L.control.attribution({ prefix: false, position: 'bottomright' }).addAttribution(html)
}

export const escapeText = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

/** Reads the wish once per map; a change shows with the next page. */
export const wantsStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches
