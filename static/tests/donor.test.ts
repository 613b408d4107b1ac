import { describe, expect, test } from 'vitest'
import { choices, minuteOf, windowOf, type Moment } from '../src/pages/donor/offering'
import { byMonth, whereNow } from '../src/pages/donor/parcels'
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

describe('the list of gifts', () => {
  const mass = { announced_grams: 9, collected_grams: 9, to_hub_grams: 0, in_hub_grams: 0, on_the_way_grams: 0, delivered_grams: 0, loss_grams: 0 }
  test('is cut where the month changes, the order kept', () => {
    const gifts = ['2026-11-24T01:00:00Z', '2026-11-02T01:00:00Z', '2026-10-31T01:00:00Z'].map((created_at) => ({ created_at }))
    const months = byMonth(gifts, (when) => when.toISOString().slice(0, 10))
    expect(months.map(([month, own]) => [month, own.length])).toEqual([['2026-11', 2], ['2026-10', 1]])
  })
  test('says where the food is, what was eaten first, and nothing before it is fetched', () => {
    const part = { ...mass, in_hub_grams: 5, delivered_grams: 4 }
    expect(whereNow({ mass: part, hub: '示例仓' }).map((one) => one.key)).toEqual(['delivered', 'in_hub_named'])
    expect(whereNow({ mass: { ...part, delivered_grams: 0 }, hub: '' }).map((one) => one.key)).toEqual(['in_hub'])
    expect(whereNow({ mass: { ...mass, collected_grams: 0 }, hub: '' })).toEqual([])
  })
})
