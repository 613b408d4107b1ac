/** Keeps the ground of a run's area on the phone for its day. The tiles are public facts: no data of anyone. */
import { me } from '../../api/me'
import { areaTiles, tileUrl } from '../../map/areaTiles'
import { loadGround, type GroundAnswer } from '../../map/groundAnswer'
import type { LngLat } from '../../map/shapes'
import { keep, kept } from '../../offline/shelf'
import type { Drive } from './progress'

const PREFIX = 'foodmap-ground-'
const AT_ONCE = 4
const BYTES_MAX = 8_000_000

/** The server's answer, or the one that was kept, so that the map knows its tiles without signal. */
export const groundHere = (): Promise<GroundAnswer> => loadGround(async () => (await kept<GroundAnswer>('ground'))?.value)

export async function keepArea(drive: Drive): Promise<void> {
  const ground = await groundHere()
  const [day, personId] = [me.value?.organisation.today ?? '', me.value?.person.id ?? '']
  if (ground.tiles ?? ground.districts.length) await keep('ground', { value: ground, at: Date.now(), day, personId })
  // Without https a browser keeps nothing; the open page still holds what it has seen.
  if (typeof caches === 'undefined') return
  await dropOldDays(day)
  if (!ground.tiles) return
  const stops = drive.stops.map((stop): LngLat => [stop.point.lng, stop.point.lat])
  const line = drive.geometry.map(([lng = 0, lat = 0]): LngLat => [lng, lat])
  const urls = areaTiles(line, stops, ground.tiles.bounds).map((tile) => tileUrl(ground.tiles!.url, tile))
  await fill(await caches.open(`${PREFIX}${day}-${drive.id}`), urls)
}

/** Yesterday's runs, whoever drove them. */
async function dropOldDays(day: string): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && !name.startsWith(PREFIX + day))
  await Promise.all(old.map((name) => caches.delete(name)))
}

/** Tiles never change under their address: what is here is not asked for again, what is not wanted goes. */
async function fill(store: Cache, urls: readonly string[]): Promise<void> {
  const wanted = new Set(urls.map((url) => new URL(url, location.origin).href))
  const have = await store.keys()
  for (const old of have) if (!wanted.has(old.url)) await store.delete(old)
  const here = new Set(have.map((one) => one.url))
  const missing = [...wanted].filter((url) => !here.has(url))
  let bytes = 0
  const work = async (): Promise<void> => {
    for (let url = missing.shift(); url && bytes < BYTES_MAX; url = missing.shift()) {
      const answer = await fetch(url)
      if (!answer.ok) continue
      const body = await answer.blob()
      bytes += body.size
      // An empty tile has no body, and a cache takes no 204.
      await store.put(url, new Response(body, { headers: { 'content-type': 'application/vnd.mapbox-vector-tile' } }))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}
