import { describe, expect, test } from 'vitest'
import { differs, listed } from '../src/pages/plan/compare/differences'
import { pickUp, placed, position, rows, shown, stepped, takenBack, unmoved, type Held, type Run } from '../src/pages/plan/moves'
import { pickable, weighed } from '../src/pages/plan/pick/picking'
import { lateness, overlay, refusalOf } from '../src/pages/plan/preview'
import { asked, free, stopsFor } from '../src/pages/plan/trouble/causes'
import { byReason, folded, foldedCount } from '../src/pages/plan/trouble/folding'

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

describe('a column while a stop is held', () => {
  const looks = (held: Held) => runs.map((run) => rows(runs, run, held).map((row) => `${row.key}:${row.look}`).join(' '))
  test('moves the stop itself when keys lead it', () =>
    expect(looks(stepped(runs, pick('a'), 'right'))[2]).toBe('load2:still a:held c:still d:still'))
  test('keeps a dragged stop where it was, and shows where it would go', () => {
    const held = placed(runs, { ...pick('a'), dragged: true }, 'two', 2)
    expect(looks(held)[0]).toBe('load:still a:gone b:still unload:still')
    expect(looks(held)[2]).toBe('load2:still c:still ghost:ghost d:still')
  })
  test('counts places without the stop that is dragged', () => {
    const held = placed(runs, { ...pick('a'), dragged: true }, 'one', 2)
    expect(rows(runs, runs[0] as Run, held).map((row) => [row.key, row.index])).toEqual([['load', 0], ['a', 1], ['b', 1], ['ghost', 2], ['unload', 2]])
  })
  test('knows which stops stand below the one that is held', () => {
    const held = stepped(runs, pick('a'), 'right')
    expect(rows(runs, runs[2] as Run, held).map((row) => row.below)).toEqual([false, false, true, true])
    expect(rows(runs, runs[0] as Run, held).some((row) => row.below)).toBe(false)
  })
  test('is as ever when nothing is held', () => expect(rows(runs, runs[0] as Run, null).every((row) => row.look === 'still')).toBe(true))
})

describe('a move is taken back', () => {
  const named = (id: string, label: string, grams = 4000) => ({ id, kind: 'deliver', label, grams, households: 1 })
  const of = (id: string, ...stops: ReturnType<typeof named>[]) => ({ id, state: 'draft', stops }) as unknown as Run
  const before = [of('one', named('a', '李**'), named('b', '赵**')), of('two', named('c', '孙**'))]
  const moved: Held = { stopId: 'a', fromRun: 'one', fromIndex: 0, toRun: 'two', toIndex: 1 }
  test('to where it was, under its new name', () => {
    const after = [of('one', named('b', '赵**')), of('two', named('c', '孙**'), named('a2', '李**'))]
    expect(takenBack(before, after, moved)).toEqual({ stopId: 'a2', fromRun: 'two', fromIndex: 1, toRun: 'one', toIndex: 0 })
  })
  test('not when it has become one stop with others, or its run is gone', () => {
    expect(takenBack(before, [of('one'), of('two', named('x', '孙** 等 2 户', 8000))], moved)).toBeNull()
    expect(takenBack(before, [of('two', named('a2', '李**'))], moved)).toBeNull()
    expect(takenBack(before, [of('one'), of('two', named('a2', '李**'), named('a3', '李**'))], moved)).toBeNull()
  })
})

describe('what a move would bring', () => {
  const at = (stop_id: string | null) => ({ stop_id, kind: 'deliver', planned_at: '2026-11-24T01:00:00Z', leaves_at: '2026-11-24T01:05:00Z', load_after_grams: 0, late_s: 0 })
  const preview = {
    runs: [{ run_id: 'one', stops: [at('a'), at(null)], distance_m: 1, duration_s: 1, begins_at: '', ends_at: '' }],
    violations: [{ code: 'late', zh: '晚了', en: 'late', stop_id: 'a' }, { code: 'weight', zh: '装不下', en: 'too heavy', stop_id: null }],
    warnings: [{ code: 'face', zh: '不是熟人', en: 'a new face', stop_id: 'gone' }],
    delta_distance_m: 0,
    delta_duration_s: 0,
  }
  test('is said by the stop where it breaks, and apart where there is none', () => {
    const seen = overlay(preview as never)
    expect([...seen.told.keys()]).toEqual(['a'])
    expect(seen.broken.get('a')).toEqual([{ sentence: '晚了', soft: false }])
    expect(seen.apart.map((one) => one.sentence)).toEqual(['装不下', '不是熟人'])
    expect(refusalOf(seen)).toBe('晚了')
  })
  test('is no refusal when only a wish breaks', () => {
    expect(refusalOf(overlay({ ...preview, violations: [] } as never))).toBe('')
    expect(overlay(null).told.size).toBe(0)
  })
  test('tells how late a stop is', () => {
    const stop = { planned_at: '2026-11-24T01:10:00Z', window_until: '2026-11-24T01:00:00Z' }
    expect([lateness(stop), lateness({ ...stop, window_until: '2026-11-24T02:00:00Z' })]).toEqual([600, 0])
  })
})

describe('stops that are circled', () => {
  const heavy = (id: string, more: object = {}) => ({ id, kind: 'deliver', households: 2, grams: 5000, locked: false, ...more })
  const day = [
    { id: 'one', state: 'draft', locked: false, stops: [heavy('a'), heavy('b', { locked: true }), heavy('l', { kind: 'load' }), heavy('c', { kind: 'collect' })] },
    { id: 'two', state: 'draft', locked: true, stops: [heavy('d')] },
    { id: 'three', state: 'published', locked: false, stops: [heavy('e')] },
  ] as unknown as Run[]
  test('are those of drafts that nobody locked', () => expect(pickable(day).map((stop) => stop.id)).toEqual(['a', 'c']))
  test('weigh what is handed over', () => expect(weighed(pickable(day), new Set(['a', 'c']))).toEqual({ stops: 2, households: 2, grams: 5000 }))
})

describe('a day that goes wrong', () => {
  const stops = [{ id: 's', kind: 'collect', state: 'planned' }, { id: 'd', kind: 'deliver', state: 'done' }, { id: 'f', kind: 'deliver', state: 'failed' }]
  const told = { runId: 'run', stopId: '', lotId: '', helpers: ['li'] }
  test('asks for the stop where it happened', () => {
    expect(stopsFor('nothing_to_collect', { stops } as never).map((stop) => stop.id)).toEqual(['s'])
    expect(stopsFor('not_home', { stops } as never).map((stop) => stop.id)).toEqual(['f'])
    expect(stopsFor('again', { stops } as never)).toEqual([])
  })
  test('is not sent before all is known', () => {
    expect(asked('2026-11-24', { ...told, cause: '' })).toBeNull()
    expect(asked('2026-11-24', { ...told, cause: 'not_home' })).toBeNull()
    expect(asked('2026-11-24', { ...told, cause: 'lot_recalled' })).toBeNull()
    expect(asked('2026-11-24', { ...told, cause: 'volunteer_out', runId: '' })).toBeNull()
  })
  test('names what the cause needs, and nothing else', () => {
    expect(asked('2026-11-24', { ...told, cause: 'volunteer_out' })).toEqual({ day: '2026-11-24', cause: 'volunteer_out', run_id: 'run', volunteer_ids: ['li'] })
    expect(asked('2026-11-24', { ...told, cause: 'not_home', stopId: 's' })).not.toHaveProperty('run_id')
    expect(asked('2026-11-24', { ...told, cause: 'lot_recalled', lotId: 'lot' })).toHaveProperty('lot_id', 'lot')
    expect(asked('2026-11-24', { ...told, cause: 'running_late' })).toEqual({ day: '2026-11-24', cause: 'running_late', volunteer_ids: ['li'] })
  })
  test('finds who is on duty without a run', () => {
    const shifts = [{ volunteer_id: 'li', name: '李' }, { volunteer_id: 'gu', name: '顾' }, { volunteer_id: 'gu', name: '顾' }]
    expect(free(shifts, [{ volunteer_id: 'li', state: 'claimed' }])).toEqual([{ value: 'gu', label: '顾' }])
  })
})

describe('an old and a new list', () => {
  const lines = ['', '', '', 'later', '', '', 'dropped'].map((change) => ({ change }))
  test('fold what does not change, where that saves something', () => {
    expect(folded(lines).map((row) => row.hidden || row.line?.change)).toEqual([3, 'later', '', '', 'dropped'])
    expect(foldedCount(folded(lines))).toBe(3)
    expect(folded([])).toEqual([])
  })

  test('one reason is told once, with everybody it is true of', () => {
    const rows = [
      { label: '田**', zh: '要召回。' },
      { label: '陈**', zh: '排满了。' },
      { label: '肖**', zh: '要召回。' },
    ]
    expect(byReason(rows, (row) => row.zh)).toEqual([
      { said: '要召回。', labels: ['田**', '肖**'] },
      { said: '排满了。', labels: ['陈**'] },
    ])
    expect(byReason([], () => '')).toEqual([])
  })
})

describe('two plans of one volunteer', () => {
  const side = { stops: 2, distance_m: 5, ends_at: 'x' }
  const one = { a: side, b: side, only_a: [], only_b: [], moved_here: [], moved_away: [] }
  test('differ by stops, way or end', () => {
    expect(differs(one as never)).toBe(false)
    expect(differs({ ...one, b: null } as never)).toBe(true)
    expect(differs({ ...one, only_b: [{}] } as never)).toBe(true)
    expect(differs({ ...one, b: { ...side, distance_m: 6 } } as never)).toBe(true)
  })
  test('are told by what came first', () => expect(listed({ ...one, only_a: [{}], moved_here: [{}] } as never).map((group) => group.kind)).toEqual(['moved_here', 'only_a']))
})
