import { describe, expect, test } from 'vitest'
import { curve, daySums, pickUp, placed, position, shown, stepped, unmoved, type Held, type Run } from '../src/pages/plan/moves'

const stop = (id: string, kind = 'deliver', households = 1) => ({ id, kind, households })
const run = (id: string, stops: ReturnType<typeof stop>[], state = 'draft') => ({ id, state, stops }) as unknown as Run
const runs = [
  run('one', [stop('load', 'load'), stop('a'), stop('b', 'deliver', 3), stop('unload', 'unload')]),
  run('taken', [stop('x')], 'claimed'),
  run('two', [stop('load2', 'load'), stop('c', 'deliver', 2), stop('d')]),
]
const order = (held: Held) => shown(runs, held).map((one) => one.stops.map((s) => s.id).join(' '))
const pick = (id: string): Held => pickUp(runs, id) as Held

describe('a stop moved by hand', () => {
  test('is picked up only where it may move', () => {
    expect(pickUp(runs, 'load')).toBeNull()
    expect(pickUp(runs, 'x')).toBeNull()
    expect(pickUp(runs, 'nowhere')).toBeNull()
    expect(unmoved(pick('a'))).toBe(true)
  })
  test('never goes before loading or behind unloading', () => {
    const held = pick('a')
    expect(order(stepped(runs, held, 'up'))[0]).toBe('load a b unload')
    expect(order(stepped(runs, stepped(runs, held, 'down'), 'down'))[0]).toBe('load b a unload')
  })
  test('passes over a run that somebody has claimed', () => {
    const held = stepped(runs, pick('a'), 'right')
    expect(held.toRun).toBe('two')
    expect(order(held)).toEqual(['load b unload', 'x', 'load2 a c d'])
    expect(stepped(runs, held, 'right')).toEqual(held)
    expect(placed(runs, held, 'taken', 0)).toEqual(held)
  })
  test('is placed by calls, for several households behind a door are several', () => {
    const held = placed(runs, pick('a'), 'two', 2)
    expect(order(held)[2]).toBe('load2 c a d')
    expect(position(runs, held)).toBe(2)
    expect(position(runs, placed(runs, pick('d'), 'one', 9))).toBe(4)
  })
})

describe('the curve of an improving plan', () => {
  const point = (at_s: number, distance_m: number) => ({ at_s, distance_m, duration_s: 1, served: 1, asked: 1 })
  test('falls from the top to near the foot', () => {
    const [first, last] = curve([point(0, 100), point(10, 50)], 20, 200, 100)
    expect(first).toEqual([0, 0])
    expect(last?.[0]).toBe(100)
    expect(last?.[1]).toBeGreaterThan(80)
  })
  test('is nothing without points', () => expect(curve([], 20, 200, 100)).toEqual([]))
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
