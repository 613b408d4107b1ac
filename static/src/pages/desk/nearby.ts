/** Where to open the map for a door that is not known yet: what the paper said, its district, else the city. */
import { loadDistricts } from '../../map/districts'
import type { File } from './recipient/draft'

type LngLat = [number, number]

/** "121.45, 31.23" → [121.45, 31.23]; null when the text is no pair of numbers on earth. */
export function pairIn(text: string): LngLat | null {
  const found = /(-?\d{1,3}\.\d+)\s*[,，\s]\s*(-?\d{1,3}\.\d+)/.exec(text)
  if (!found) return null
  const [a, b] = [Number(found[1]), Number(found[2])]
  const [lng, lat] = Math.abs(b) > 90 ? [b, a] : [a, b]
  return Math.abs(lng) <= 180 && Math.abs(lat) <= 90 ? [lng, lat] : null
}

export async function startFor(file: Pick<File, 'point' | 'raw_place' | 'street' | 'address'>, city: LngLat): Promise<LngLat> {
  if (file.point) return [file.point.lng, file.point.lat]
  const said = pairIn(file.raw_place)
  if (said) return said
  const where = file.street + file.address
  const home = (await loadDistricts().catch(() => [])).find((d) => where.includes(d.name_zh.replace(/(街道|镇)$/, '')))
  return home ? [home.lng, home.lat] : city
}
