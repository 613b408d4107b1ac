/** Which of the ground's tiles a run needs: small scales of the whole area, large ones along the way. Pure. */
import type { Box, LngLat } from './shapes'

export interface Tile {
  z: number
  x: number
  y: number
}
/** A day in a city: some 3 MB. The last ones, along the way between stops, are left out first. */
export const TILES_MAX = 260
const ZOOMS = { from: 12, area: 14, to: 16 }

export function tileAt([lng, lat]: LngLat, z: number): Tile {
  const n = 2 ** z
  const phi = (Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180
  const y = (0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI)) * n
  return { z, x: Math.floor(((lng + 180) / 360) * n), y: Math.floor(y) }
}

/** Points along a line, none more than half a tile from the next at zoom `z`. */
function dense(line: readonly LngLat[], z: number): LngLat[] {
  const step = 360 / 2 ** z / 2
  return line.flatMap((at, i): LngLat[] => {
    const to = line[i + 1]
    if (!to) return [at]
    const parts = Math.max(1, Math.ceil(Math.hypot(to[0] - at[0], to[1] - at[1]) / step))
    return Array.from({ length: parts }, (_, k) => [at[0] + ((to[0] - at[0]) * k) / parts, at[1] + ((to[1] - at[1]) * k) / parts])
  })
}

function around(tile: Tile): Tile[] {
  return [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => ({ z: tile.z, x: tile.x + dx, y: tile.y + dy })))
}

function boxed(places: readonly LngLat[], z: number): Tile[] {
  const tiles = places.map((place) => tileAt(place, z))
  const xs = tiles.map((tile) => tile.x)
  const ys = tiles.map((tile) => tile.y)
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  return Array.from({ length: right - left + 1 }, (_, i) => i).flatMap((i) =>
    Array.from({ length: bottom - top + 1 }, (_, j) => ({ z, x: left + i, y: top + j })),
  )
}

function touches({ z, x, y }: Tile, [west, south, east, north]: Box): boolean {
  const a = tileAt([west, north], z)
  const b = tileAt([east, south], z)
  return x >= a.x && x <= b.x && y >= a.y && y <= b.y
}

/** Most needed first, each once, only where the extract has something, at most `most`. */
export function areaTiles(line: readonly LngLat[], stops: readonly LngLat[], bounds: Box, most = TILES_MAX): Tile[] {
  const places = [...stops, ...line]
  if (!places.length) return []
  const wanted: Tile[] = []
  for (let z = ZOOMS.from; z <= ZOOMS.area; z++) wanted.push(...boxed(places, z))
  const close = [ZOOMS.to - 1, ZOOMS.to]
  for (const z of close) wanted.push(...stops.flatMap((stop) => around(tileAt(stop, z))))
  for (const z of close) wanted.push(...dense(line, z).map((place) => tileAt(place, z)))
  const seen = new Set<string>()
  return wanted
    .filter((tile) => {
      const key = `${tile.z}/${tile.x}/${tile.y}`
      return touches(tile, bounds) && !seen.has(key) && seen.add(key)
    })
    .slice(0, most)
}

export const tileUrl = (template: string, { z, x, y }: Tile): string =>
  template.replace('{z}', String(z)).replace('{x}', String(x)).replace('{y}', String(y))
