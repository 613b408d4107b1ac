import { describe, expect, test } from 'vitest'
import { readAddress, writeAddress } from '../src/map/address'
import { along, arcOf, outline, widthAt, widthOf } from '../src/map/arcs'
import { besideHubs, clusterSvg, discRadius, LEAST_DEG, mergeDiscs, redDegrees } from '../src/map/cluster'
import { inside, multiples, stepFor } from '../src/map/graticule'
import { runTurn, stopNumbers } from '../src/map/stopShape'

describe('the address bar keeps the view', () => {
  test('what is written is read again', () => {
    const view = { zoom: 13, lat: 31.2345, lng: 121.46, chosen: { kind: 'donor' as const, id: 'a/b:c 捐' } }
    expect(readAddress(writeAddress(view))).toEqual(view)
  })
  test.each(['', '#', '#13', '#13/91/121', '#13/31/181', '#0/31/121', '#x/y/z', '#13/31/'])('%s is no place', (hash) => {
    expect(readAddress(hash)).toBeNull()
  })
  test.each(['#13/31/121/donor:', '#13/31/121/person:7', '#13/31/121/donor:%E0%A4%A'])('%s chooses nothing', (hash) => {
    expect(readAddress(hash)?.chosen).toBeNull()
  })
})

describe('a flow is wide at the giver and thin at the cell', () => {
  const arc = arcOf({ x: 0, y: 0 }, { x: 300, y: 0 }, 400_000)
  test('its width only shrinks', () => {
    const widths = [0, 0.25, 0.5, 0.75, 1].map((s) => widthAt(arc, s))
    expect(widths).toEqual([...widths].sort((a, b) => b - a))
    expect(widths[4]).toBeLessThan(2)
  })
  test('it begins and ends at its places', () => {
    expect(along(arc, 0)).toEqual(arc.from)
    expect(along(arc, 1)).toEqual(arc.to)
  })
  test('more kilograms are wider, up to a limit', () => {
    expect(widthOf(10_000)).toBeLessThan(widthOf(100_000))
    expect(widthOf(10_000_000)).toBe(widthOf(400_000))
  })
  test('the outline is closed over both sides and never NaN, even of no length', () => {
    expect(outline(arc, 10)).toHaveLength(44)
    expect([...outline(arcOf({ x: 5, y: 5 }, { x: 5, y: 5 }, 0))].every(Number.isFinite)).toBe(true)
  })
})

describe('a cluster shows both shares', () => {
  test('a present minority gets at least a sixth of the ring', () => {
    expect(redDegrees(1, 5000)).toBe(LEAST_DEG)
    expect(redDegrees(5000, 1)).toBe(360 - LEAST_DEG)
  })
  test('an absent kind gets nothing', () => {
    expect(redDegrees(0, 9)).toBe(0)
    expect(redDegrees(9, 0)).toBe(360)
  })
  test('its picture names the whole number and carries no style attribute', () => {
    const { html } = clusterSvg(2, 11)
    expect(html).toContain('>13<')
    expect(html).not.toContain('style=')
  })
})

describe('clusters do not cover each other', () => {
  test('those that would are one, and nobody is lost', () => {
    const discs = [{ x: 0, y: 0, n: 40 }, { x: 30, y: 0, n: 7 }, { x: 50, y: 0, n: 12 }, { x: 400, y: 0, n: 3 }, { x: 410, y: 0, n: 1 }]
    const groups = mergeDiscs(discs)
    expect(groups.flat()).toHaveLength(discs.length)
    expect(groups.map((g) => g.length).sort()).toEqual([2, 3])
  })
  test('two single markers may touch', () => {
    expect(mergeDiscs([{ x: 0, y: 0, n: 1 }, { x: 5, y: 0, n: 1 }])).toHaveLength(2)
  })
  test('a cluster steps aside for a hub, even from right below it', () => {
    for (const hub of [{ x: 0, y: 0 }, { x: 12, y: -9 }]) {
      const { x, y } = besideHubs({ x: 0, y: 0 }, 50, [hub])
      expect(Math.hypot(x - hub.x, y - hub.y)).toBeGreaterThan(discRadius(50))
    }
  })
})

describe('the plain ground', () => {
  test('has few lines at any zoom', () => {
    for (const span of [0.01, 0.1, 1, 10, 100]) expect(span / stepFor(span)).toBeLessThanOrEqual(8)
  })
  test('counts multiples without missing the ends', () => {
    expect(multiples(0.1, 0.3, 0.1)).toEqual([1, 2, 3])
    expect(multiples(1, 0, 0.1)).toEqual([])
  })
  test('a place on the edge is inside', () => expect(inside(1, 2, [1, 2, 3, 4])).toBe(true))
})

describe('the stops of a run', () => {
  test('are numbered after loading', () => {
    expect(stopNumbers([{ kind: 'load' }, { kind: 'collect' }, { kind: 'deliver' }, { kind: 'unload' }])).toEqual(['', '1', '2', ''])
  })
  test('the fourth run repeats the first colour', () => expect([1, 2, 3, 4].map(runTurn)).toEqual([0, 1, 2, 0]))
})
