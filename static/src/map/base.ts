/** A Leaflet map on our ground (or the operator's tiles): the start of every map in the pages. */
import L from 'leaflet'
import 'leaflet/dist/leaflet.css'
import { Ground } from './ground'
import type { LngLat, Tiles } from './shapes'

/** Bottom to top; Leaflet's own markers stand at 600. */
const PANES: [string, number][] = [
  ['ground', 150],
  ['lines', 410],
  ['flows', 420],
]

export interface BaseMap {
  map: L.Map
  ground: Ground | null
}

export interface BaseOptions {
  center: LngLat
  zoom: number
  tiles: Tiles | null
  /** What the map is, read out. */
  label: string
  still: boolean
}

export function baseMap(host: HTMLElement, options: BaseOptions): BaseMap {
  const map = L.map(host, {
    center: [options.center[1], options.center[0]],
    zoom: options.zoom,
    minZoom: 8,
    maxZoom: 18,
    // Half steps fill the window better; an operator's tiles would blur.
    zoomSnap: options.tiles ? 1 : 0.5,
    zoomControl: false,
    attributionControl: Boolean(options.tiles),
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
  if (options.tiles) {
    L.tileLayer(options.tiles.url, { attribution: escapeText(options.tiles.attribution), maxZoom: 18 }).addTo(map)
    map.attributionControl.setPrefix(false)
    return { map, ground: null }
  }
  const ground = new Ground()
  ground.addTo(map)
  return { map, ground }
}

export const escapeText = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)

/** Reads the wish once per map; a change shows with the next page. */
export const wantsStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches
