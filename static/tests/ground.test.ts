import { describe, expect, test } from 'vitest'
import { areaTiles, TILES_MAX, tileAt, tileUrl } from '../src/map/areaTiles'
import { inDatum } from '../src/map/gcj02'
import { arrowsAlong } from '../src/map/oneway'
import type { Box, LngLat } from '../src/map/shapes'
import { partTo, wayOf } from '../src/pages/run/way'
import { sourceKey } from '../src/format/source'

/** The Python module's table: WGS-84, GCJ-02, BD-09, each [lng, lat]. */
const TABLE: [LngLat, LngLat, LngLat][] = [
  [[121.473701, 31.230416], [121.47822406, 31.22847374], [121.48478247, 31.23432658]],
  [[116.397496, 39.908722], [116.40373957, 39.9101255], [116.41011256, 39.91646476]],
  [[114.057865, 22.543096], [114.06297896, 22.54037875], [114.06952896, 22.5460374]],
  [[106.550464, 29.563761], [106.55418372, 29.56091481], [106.56061532, 29.56722426]],
]
const metres = (a: LngLat, b: LngLat): number => Math.hypot((a[0] - b[0]) * Math.cos((a[1] * Math.PI) / 180), a[1] - b[1]) * 111_320
/** Metres a pixel at zoom `z` and latitude 31. */
const metresPerPx = (z: number): number => (156_543.03 * Math.cos((31 * Math.PI) / 180)) / 2 ** z

describe('an operator layer in another datum', () => {
  test('a place is moved as the server moves it, to the centimetre', () => {
    for (const [wgs, gcj, bd] of TABLE) {
      expect(metres(inDatum(wgs, 'gcj02'), gcj)).toBeLessThan(0.01)
      expect(metres(inDatum(wgs, 'bd09'), bd)).toBeLessThan(0.01)
      expect(inDatum(wgs, 'wgs84')).toEqual(wgs)
    }
  })
  test('abroad nothing is moved', () => {
    expect(inDatum([8.69, 49.41], 'gcj02')).toEqual([8.69, 49.41])
  })
  test.each([['gcj02', 13, 3], ['gcj02', 15, 3], ['gcj02', 18, 3], ['bd09', 13, 15], ['bd09', 18, 15]] as const)('a window laid at its middle in %s at zoom %i is right to %i pixels at its edge', (datum, zoom, most) => {
    const shift = ([lng, lat]: LngLat): LngLat => {
      const [x, y] = inDatum([lng, lat], datum)
      return [x - lng, y - lat]
    }
    for (const [middle] of TABLE) {
      const half = (700 * metresPerPx(zoom)) / 111_320
      for (const [dx, dy] of [[half, 0], [-half, 0], [0, half / 1.6], [0, -half / 1.6]] as const) {
        const [a, b] = [shift(middle), shift([middle[0] + dx, middle[1] + dy])]
        expect(metres([middle[0] + a[0], middle[1] + a[1]], [middle[0] + b[0], middle[1] + b[1]]) / metresPerPx(zoom)).toBeLessThan(most)
      }
    }
  })
})

describe('arrows of a one-way street', () => {
  test('they stand at even distances and turn with the street', () => {
    const line = [{ x: 0, y: 0 }, { x: 150, y: 0 }, { x: 150, y: 150 }]
    const arrows = arrowsAlong(line, 100, false)
    expect(arrows.map(({ x, y }) => [x, y])).toEqual([[50, 0], [150, 0], [150, 100]])
    expect(arrows[2]?.angle).toBeCloseTo(Math.PI / 2)
  })
  test('against the drawn direction they point back', () => {
    expect(arrowsAlong([{ x: 0, y: 0 }, { x: 60, y: 0 }], 60, true)[0]?.angle).toBeCloseTo(Math.PI)
  })
  test('a short lane carries none', () => {
    expect(arrowsAlong([{ x: 0, y: 0 }, { x: 20, y: 0 }], 130, false)).toEqual([])
  })
})

describe('the tiles a run keeps', () => {
  const BOUNDS: Box = [121.4, 31.2, 121.6, 31.4]
  const stops: LngLat[] = [[121.48, 31.27], [121.5, 31.28], [121.51, 31.3]]
  test('a tile is found where every map of the web has it', () => {
    expect(tileAt([121.5, 31.28], 16)).toEqual({ z: 16, x: 54886, y: 26767 })
    expect(tileUrl('/tiles/abc/{z}/{x}/{y}.mvt', { z: 1, x: 2, y: 3 })).toBe('/tiles/abc/1/2/3.mvt')
  })
  test('every stop has its house numbers with all around, the way has its streets, each tile once', () => {
    const tiles = areaTiles(stops, stops, BOUNDS)
    const keys = new Set(tiles.map(({ z, x, y }) => `${z}/${x}/${y}`))
    expect(keys.size).toBe(tiles.length)
    for (const stop of stops)
      for (const z of [12, 13, 14, 15, 16]) {
        const { x, y } = tileAt(stop, z)
        expect(keys).toContain(`${z}/${x}/${y}`)
        if (z === 16) expect(keys).toContain(`16/${x + 1}/${y - 1}`)
      }
    const between = tileAt([121.49, 31.275], 16)
    expect(keys).toContain(`16/${between.x}/${between.y}`)
  })
  test('a run across the country does not fill the phone, and its small scales come first', () => {
    const far: LngLat[] = [[116.4, 39.9], [121.5, 31.2]]
    const tiles = areaTiles(far, far, [73, 18, 135, 54])
    expect(tiles.length).toBe(TILES_MAX)
    expect(tiles[0]?.z).toBe(12)
  })
  test('nothing is asked for where the extract has nothing, or for no run', () => {
    expect(areaTiles([[8.6, 49.4]], [[8.6, 49.4]], BOUNDS)).toEqual([])
    expect(areaTiles([], [], BOUNDS)).toEqual([])
  })
})

describe('the way to a stop', () => {
  const line: LngLat[] = [[0, 0], [0.01, 0], [0.02, 0], [0.02, 0.01]]
  test('it is the part of the line between the stop before and this one', () => {
    expect(partTo(line, [[0, 0], [0.015, 0.0001], [0.02, 0.01]], 1)).toEqual([[0, 0], [0.01, 0], [expect.closeTo(0.015), 0]])
    expect(partTo(line, [[0, 0], [0.015, 0.0001], [0.02, 0.01]], 2)).toEqual([[expect.closeTo(0.015), 0], [0.02, 0], [0.02, 0.01]])
  })
  test('back along the same street the second pass is taken for the second stop', () => {
    const there: LngLat[] = [[0, 0], [0.02, 0], [0, 0]]
    expect(partTo(there, [[0, 0], [0.02, 0], [0.005, 0]], 2)).toEqual([[0.02, 0], [expect.closeTo(0.005), 0]])
  })
  test('the first stop and a run without a line have none', () => {
    expect(partTo(line, [[0, 0]], 0)).toEqual([])
    expect(partTo([], [[0, 0], [1, 1]], 1)).toEqual([])
  })
  test('a run kept before ways were told still opens', () => {
    expect(wayOf({ id: 'a' } as never)).toBeNull()
  })
})

test('every engine counts as real roads', () => {
  expect(['estimate', 'mixed', 'osrm', 'valhalla'].map(sourceKey)).toEqual(['source.estimate', 'source.mixed', 'source.roads', 'source.roads'])
})
