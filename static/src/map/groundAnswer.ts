/** What lies under the map: fetched once per page; a map without an answer still works. */
import { api } from '../api/client'
import type { Datum } from './gcj02'
import type { Box, District } from './shapes'

/** The vector tiles of the operator's extract; `bounds` is where they are complete. */
export interface TileSet {
  url: string
  min_zoom: number
  max_zoom: number
  bounds: Box
  attribution: string
}
/** The operator's own raster layer, which then stands in place of the extract's. */
export interface RasterLayer {
  url: string
  attribution: string
  datum: Datum
}
export interface GroundAnswer {
  districts: District[]
  tiles: TileSet | null
  layer: RasterLayer | null
  /** Travel times are estimates, stand on real roads, or should and the engines are down. */
  roads: 'estimate' | 'roads' | 'down'
}
export const PLAIN: GroundAnswer = { districts: [], tiles: null, layer: null, roads: 'estimate' }

let asked: Promise<GroundAnswer> | null = null

/** `assume` stands in for the answer while there is no signal. */
export function loadGround(assume?: () => Promise<GroundAnswer | undefined>): Promise<GroundAnswer> {
  asked ??= api
    .get('/api/v1/map/ground')
    .then((answer) => ({ ...PLAIN, ...(answer as GroundAnswer) }))
    .catch(async () => {
      asked = null
      return (await assume?.().catch(() => undefined)) ?? PLAIN
    })
  return asked
}

/** The next question is asked anew: what the server says about its roads changes while a page is open. */
export function forgetGround(): void {
  asked = null
}
