import { describe, expect, test } from 'vitest'
import { within } from '../src/map/lasso'
import { curve, daySums, hours, since } from '../src/pages/plan/figures'
import type { Run } from '../src/pages/plan/moves'
import { bestLines, comparedLines, corners, runLines } from '../src/pages/plan/picture'

const stop = (id: string, kind = 'deliver', households = 1) => ({ id, kind, households, label: id, state: 'planned', point: { lng: 121, lat: 31 } })
const run = (id: string, stops: ReturnType<typeof stop>[], state = 'draft', number = 1) => ({ id, state, stops, number, geometry: [] }) as unknown as Run
const runs = [
  run('one', [stop('load', 'load'), stop('a'), stop('b', 'deliver', 3), stop('unload', 'unload')]),
  run('taken', [stop('x')], 'claimed', 4),
  run('two', [stop('load2', 'load'), stop('c', 'deliver', 2), stop('d')], 'draft', 2),
]

describe('the curve of an improving plan', () => {
  const point = (at_s: number, distance_m: number) => ({ at_s, distance_m, duration_s: 1, served: 1, asked: 1 })
  test('falls from the top to near the foot', () => {
    const { line, most, until } = curve([point(0, 100), point(10, 50)], 20, 200, 100)
    const [first, last] = line
    expect([most, until]).toEqual([100, 20])
    expect(first).toEqual([0, 0])
    expect(last?.[0]).toBe(100)
    expect(last?.[1]).toBeGreaterThan(80)
  })
  test('is nothing without points', () => expect(curve([], 20, 200, 100).line).toEqual([]))
})

describe('the figures of a day', () => {
  const sized = runs.map((one) => ({ ...one, distance_m: 1000, duration_s: 600 }))
  test('are those of all its runs, and of those left over', () => {
    const left = [{ subject: 'recipient' }, { subject: 'offer' }, { subject: 'recipient' }]
    expect(daySums(sized, null, left)).toEqual({ distance_m: 3000, duration_s: 1800, served: 8, asked: 10 })
  })
  test('keep the runs that stay while the few left over are planned again', () => {
    const best = { distance_m: 0, duration_s: 0, served: 0, asked: 7 }
    expect(daySums(sized, best, [])).toEqual({ distance_m: 1000, duration_s: 600, served: 1, asked: 8 })
  })
})

describe('what a plan has gained', () => {
  const point = (distance_m: number, duration_s: number, served: number) => ({ at_s: 1, distance_m, duration_s, served, asked: 9 })
  test('is told against its first answer', () =>
    expect(since([point(900, 600, 7), point(800, 500, 8), point(700, 660, 9)])).toEqual({ distance_m: -200, duration_s: 60, served: 2 }))
  test('is nothing before there is one', () => expect(since([])).toEqual({ distance_m: 0, duration_s: 0, served: 0 }))
  test('is said in hours and minutes', () => expect([hours(33_600), hours(-3_900), hours(3_599)]).toEqual(['9:20', '1:05', '1:00']))
})

describe('the map of a plan', () => {
  test('numbers the stops after loading, and draws a run without a line through its stops', () => {
    const [first] = runLines(runs)
    expect(first?.stops.map((one) => one.word)).toEqual(['', '1', '2', ''])
    expect(first?.line).toHaveLength(4)
  })
  test('gives the best so far the numbers after the runs that stay', () =>
    expect(bestLines([{ name: '陈**', line: [[121, 31], [121.1, 31]] }], [runs[1]!]).map((line) => line.number)).toEqual([5]))
  test('shows the plan compared with thin below the other', () => {
    const line: [number, number][] = [[121, 31], [121.1, 31.2]]
    const lines = comparedLines([{ volunteer_id: 'chen', a: { line }, b: { line } }, { volunteer_id: 'li', a: null, b: { line } }] as never)
    expect(lines.map(({ id, number, old }) => [id, number, Boolean(old)])).toEqual([['old-chen', 1, true], ['chen', 1, false], ['li', 2, false]])
    expect(corners(lines.slice(0, 1))).toEqual(line)
  })
})

describe('a ring drawn by hand', () => {
  const bay: [number, number][] = [[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]]
  test('holds what lies inside, and not what lies in its bay', () => {
    expect(within(bay, [1, 1])).toBe(true)
    expect(within(bay, [2, 3])).toBe(false)
    expect(within(bay, [9, 1])).toBe(false)
  })
  test('holds nothing while it is a line', () => expect(within([[0, 0], [1, 1]], [0.5, 0.5])).toBe(false))
})
