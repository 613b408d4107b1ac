import { describe, expect, test } from 'vitest'
import { pickUp, placed, position, shown, stepped, unmoved, type Held, type Run } from '../src/pages/plan/moves'

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
