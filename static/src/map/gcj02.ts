/**
 * Where a WGS-84 place lies in the datum of an operator's own layer. Pure.
 * The polynomials are those of app/places/datums.py ("eviltransform", "coordtransform"); the table
 * in tests/ground.test.ts is the Python module's. Only a layer that its operator has declared as
 * shifted comes here, so the outline is coarse: a layer of Hong Kong, Macau or Taiwan is "wgs84".
 */
import type { LngLat } from './shapes'

export type Datum = 'wgs84' | 'gcj02' | 'bd09'

const SEMI_MAJOR_AXIS_M = 6378245
const ECCENTRICITY_SQUARED = 0.00669342162296594323
const BAIDU_TURN = (Math.PI * 3000) / 180
const OUTLINE = { west: 72.004, east: 137.8347, south: 0.8293, north: 55.8271 }
const { abs, cos, hypot, PI, sin, sqrt } = Math

function toGcj02([lng, lat]: LngLat): LngLat {
  const x = lng - 105
  const y = lat - 35
  const root = sqrt(abs(x))
  const common = ((20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2) / 3
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
  north += ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3
  north += ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
  east += ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3
  east += ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3
  const phi = (lat * PI) / 180
  const flattened = 1 - ECCENTRICITY_SQUARED * sin(phi) ** 2
  const meridianM = (SEMI_MAJOR_AXIS_M * (1 - ECCENTRICITY_SQUARED)) / (flattened * sqrt(flattened))
  const parallelM = (SEMI_MAJOR_AXIS_M / sqrt(flattened)) * cos(phi)
  return [lng + ((east / parallelM) * 180) / PI, lat + ((north / meridianM) * 180) / PI]
}

function toBd09([lng, lat]: LngLat): LngLat {
  const radius = hypot(lng, lat) + 0.00002 * sin(lat * BAIDU_TURN)
  const angle = Math.atan2(lat, lng) + 0.000003 * cos(lng * BAIDU_TURN)
  return [radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006]
}

/** [lng, lat] in WGS-84 → [lng, lat] in `datum`, degrees. */
export function inDatum(place: LngLat, datum: Datum): LngLat {
  const [lng, lat] = place
  const far = lng < OUTLINE.west || lng > OUTLINE.east || lat < OUTLINE.south || lat > OUTLINE.north
  if (datum === 'wgs84' || far) return place
  const moved = toGcj02(place)
  return datum === 'gcj02' ? moved : toBd09(moved)
}
