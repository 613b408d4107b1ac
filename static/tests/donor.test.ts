import { describe, expect, test } from 'vitest'
import { byDay, choices, minuteOf, windowOf, type Moment } from '../src/pages/donor/offering'
import { shift, zoned } from '../src/pages/donor/zone'

const at = (iso: string): Moment => ({ now: new Date(iso), today: '2026-11-24', zone: 'Asia/Shanghai' })
const own = { day: '2026-11-25', from: '14:00', until: '16:30' }

describe('clock times of the organisation', () => {
  test('become instants whatever zone the browser is in', () => {
    expect(zoned('2026-11-24', 570, 'Asia/Shanghai').toISOString()).toBe('2026-11-24T01:30:00.000Z')
    expect(zoned('2026-07-01', 0, 'Europe/Berlin').toISOString()).toBe('2026-06-30T22:00:00.000Z')
    expect(zoned('2026-03-29', 180, 'Europe/Berlin').toISOString()).toBe('2026-03-29T01:00:00.000Z')
  })
  test('days follow each other over the end of the year', () => expect(shift('2026-12-31', 1)).toBe('2027-01-01'))
})

describe('when a gift can be fetched', () => {
  test('offers only what somebody can still manage', () => {
    expect(choices(at('2026-11-24T01:00:00Z'))).toEqual(['noon', 'evening', 'tomorrow', 'own'])
    expect(choices(at('2026-11-24T03:30:00Z'))).toEqual(['evening', 'tomorrow', 'own'])
    expect(choices(at('2026-11-24T12:00:00Z'))).toEqual(['tomorrow', 'own'])
  })
  test('is a window from now, of tomorrow, or as typed', () => {
    const moment = at('2026-11-24T01:00:00Z')
    expect(windowOf('evening', moment, own)).toEqual({ from: '2026-11-24T01:00:00.000Z', until: '2026-11-24T10:00:00.000Z' })
    expect(windowOf('tomorrow', moment, own)?.from).toBe('2026-11-25T01:00:00.000Z')
    expect(windowOf('own', moment, own)?.until).toBe('2026-11-25T08:30:00.000Z')
  })
  test('is none when it ends before it begins, or is not typed', () => {
    expect(windowOf('own', at('2026-11-24T01:00:00Z'), { ...own, until: '13:00' })).toBeNull()
    expect(windowOf('own', at('2026-11-24T01:00:00Z'), { ...own, from: '' })).toBeNull()
    expect(minuteOf('9:30')).toBeNull()
  })
})

describe('the month', () => {
  test('is added up by day, and leaves other months out', () => {
    const gift = (grams: number, ready_from: string) => ({ grams, ready_from })
    const days = byDay([gift(5, '2026-11-02T04:00:00Z'), gift(7, '2026-11-02T09:00:00Z'), gift(9, '2026-10-02T04:00:00Z'), gift(1, '2026-11-24T01:00:00Z')], '2026-11-24', (when) => when.toISOString().slice(0, 10))
    expect([days.length, days[1], days[23]]).toEqual([24, 12, 1])
  })
})
