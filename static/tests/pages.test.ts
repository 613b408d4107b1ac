import { describe, expect, test } from 'vitest'
import { problemOf } from '../src/api/problem'
import { tabsFor } from '../src/components/tabs'
import { clock, dayName, dayOf, kg, km, setZone } from '../src/format'
import { fill } from '../src/i18n'
import { NO_FEATURES, type Features } from '../src/map/shapes'
import { maySwap, taskOrder, toPreview, toRun } from '../src/pages/map/answers'
import { dayOfRuns } from '../src/pages/map/dayLine'
import { entries, households, isTrackingCode, search } from '../src/pages/map/list'
import { loads } from '../src/pages/map/loads'
import { moved } from '../src/pages/map/trip'
import { homeOf, safeNext } from '../src/pages/signin/next'

describe('words', () => {
  test('fill their places and choose one or many', () => {
    expect(fill('{n} box | {n} boxes', { n: 1 })).toBe('1 box')
    expect(fill('{n} box | {n} boxes', { n: 0 })).toBe('0 boxes')
    expect(fill('{who}', {})).toBe('{who}')
  })
})

describe('numbers and times', () => {
  test('kilograms lose decimals where they say nothing', () => {
    expect([1_240_000, 36_000, 52_400, 900].map((g) => kg(g))).toEqual(['1,240', '36', '52.4', '0.9'])
    expect(kg(48_000, 1)).toBe('48.0')
  })
  test('kilometres', () => expect(km(15_640)).toBe('15.6'))
  test('times stand in the organisation’s zone', () => {
    setZone('Asia/Shanghai')
    expect(clock('2026-11-22T22:30:00Z')).toBe('06:30')
    expect(dayOf(new Date('2026-11-22T22:30:00Z'))).toBe('2026-11-23')
  })
  test('the days around today have names', () => {
    const now = new Date('2026-11-23T04:00:00Z')
    expect(['2026-11-22', '2026-11-23', '2026-11-24', '2026-11-25'].map((d) => dayName(d, now))).toEqual(['昨天', '今天', '明天', null])
  })
})

describe('a refusal', () => {
  test('keeps its sentence and its faults by field', () => {
    const p = problemOf(422, { title: '填错了', detail: '有一处要改', errors: [{ loc: ['body', 'needs', 0, 'kind'], msg: '缺少这一项' }, 7] })
    expect(p.sentence).toBe('有一处要改')
    expect(p.errors).toEqual([{ field: 'needs.0.kind', message: '缺少这一项' }])
  })
  test('without a body still says something', () => expect(problemOf(502, undefined).sentence).not.toBe(''))
  test('only passing troubles are tried again', () => {
    expect([0, 429, 503, 403, 422].map((s) => problemOf(s, {}).passing)).toEqual([true, true, true, false, false])
  })
})

describe('after signing in', () => {
  test.each([[null, '/'], ['/desk?x=1#y', '/desk?x=1#y'], ['//evil.example', '/'], ['/\\evil.example', '/'], ['https://evil.example', '/'], ['/signin', '/']])('%s leads to %s', (next, to) => {
    expect(safeNext(next)).toBe(to)
  })
})

describe('the tabs', () => {
  test('fit beside 我的 on a phone for every single role', () => {
    for (const role of ['coordinator', 'keeper', 'volunteer', 'visitor', 'reviewer', 'donor_contact', 'auditor'] as const)
      expect(tabsFor([role]).length).toBeLessThanOrEqual(4)
  })
  test('a donor starts at home', () => expect(tabsFor(['donor_contact'])[0]?.key).toBe('donor'))
})

const place = { lng: 121.4, lat: 31.2, street: '江宁路街道' }
const features: Features = {
  ...NO_FEATURES,
  donors: [
    { donor_id: 'd', id: 'late', name: '和兴', kind: 'shop', storage_class: null, offer: { id: 'o1', food: '蔬菜', grams: 1, ready_until: '2026-11-22T05:00:00Z', state: 'announced' }, ...place },
    { donor_id: 'd', id: 'none', name: '百味', kind: 'shop', storage_class: null, offer: null, ...place },
    { donor_id: 'd', id: 'soon', name: '永福', kind: 'shop', storage_class: null, offer: { id: 'o2', food: '面包', grams: 1, ready_until: '2026-11-22T03:00:00Z', state: 'announced' }, ...place },
  ],
  recipients: [2, 6].map((days) => ({ id: `r${days}`, label: '李**', kind: 'household', waiting_days: days, boxes: 1, ...place })),
}

describe('the list beside the map', () => {
  test('names first what is urgent', () => {
    expect(entries(features).map((e) => e.id)).toEqual(['soon', 'late', 'r6', 'r2', 'none'])
  })
  test('is searched by name, street and food', () => {
    expect(search(features, ' 面包 ').donors.map((d) => d.id)).toEqual(['soon'])
    expect(search(features, '江宁路').recipients).toHaveLength(2)
    expect(search(features, '')).toBe(features)
  })
  test('counts doors, or about how many where only areas are shown', () => {
    expect(households(features)).toEqual({ n: 2, about: false })
    const cell = { id: 'c', polygon: [], lng: 0, lat: 0, households: 15, label: '' }
    expect(households({ ...NO_FEATURES, cells: [cell, cell] })).toEqual({ n: 30, about: true })
  })
  test('knows a tracking code', () => {
    expect(['7k3q-9d', '7K3Q9D', '面包'].map(isTrackingCode)).toEqual([true, false, false])
  })
})

describe('a trip', () => {
  test('moves a stop, and nothing when there is no such place', () => {
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
    expect(moved(['a', 'b'], 0, 2)).toEqual(['a', 'b'])
  })
  test('never has less than nothing on board', () => {
    expect(loads([{ kind: 'load', grams: 9 }, { kind: 'deliver', grams: 4 }, { kind: 'deliver', grams: 9 }, { kind: 'unload', grams: 0 }])).toEqual([9, 5, 0, 0])
  })
  test('no stops make no day', () => expect(dayOfRuns([])).toBeNull())
})

describe('after signing in', () => {
  test('everybody lands where their day begins', () => {
    expect([['coordinator'], ['volunteer', 'organisation_admin'], ['keeper'], ['volunteer'], ['donor_contact'], ['auditor']].map(homeOf)).toEqual([
      '/desk', '/desk', '/stock', '/', '/donor', '/',
    ])
    expect(safeNext(null, '/stock')).toBe('/stock')
    expect(safeNext('//elsewhere.example', '/desk')).toBe('/desk')
  })
})

describe('the API’s answers', () => {
  const stop = (kind: string, tasks: string[] = [], state = 'planned') => ({ kind, label: '', point: { lng: 121, lat: 31 }, task_ids: tasks, state, planned_at: null })
  test('a run counts the stops that are over, sent or not', () => {
    const run = toRun({ id: 'a', number: 1, shape: 'collection', mode: 'car', state: 'claimed', volunteer: '', distance_m: 1, duration_s: 1, source: 'estimate', geometry: [[121, 31]], stops: [stop('load', [], 'done'), stop('deliver', ['x'], 'failed'), stop('deliver', ['y'])] })
    expect([run.stops_done, run.stops_total, run.volunteer, run.stops[0]?.lng]).toEqual([2, 3, null, 121])
  })
  test('a door never comes before the site of its food', () => {
    const { stops } = toPreview({ stops: [stop('collect', ['a', 'b']), stop('deliver', ['a']), stop('deliver', ['b'])], geometry: [], distance_m: 0, duration_s: 0, source: 'estimate', violations: [] })
    expect([0, 1, 2, -1].map((i) => maySwap(stops, i))).toEqual([false, true, false, false])
  })
  test('a trip is ordered by the tasks of its stops, loading left out', () => {
    const preview = toPreview({ stops: [stop('load', ['a']), stop('collect', ['a', 'b']), stop('deliver', ['b']), stop('unload', ['a'])], geometry: [], distance_m: 0, duration_s: 0, source: 'estimate', violations: [{ code: 'late', zh: '太晚', en: 'too late' }], left_out: ['太晚'] })
    expect(taskOrder(preview.stops)).toEqual(['a', 'b', 'b'])
    expect(preview.warnings).toEqual(['太晚', '有 1 户这次排不上：太晚'])
  })
})
