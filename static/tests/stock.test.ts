import { describe, expect, test } from 'vitest'
import { countDifference, daysLeft, gramsOf, heldBy, lotIdOf } from '../src/pages/stock/amounts'

describe('an amount as typed', () => {
  test.each([['35.2', 35_200], [' 36 ', 36_000], ['0,5', 500], ['1。25', 1250], ['0', 0], ['', null], ['-3', null], ['3.1234', null], ['三', null], ['1e3', null], ['9999999', null]])('%s', (typed, grams) => {
    expect(gramsOf(typed)).toBe(grams)
  })
})

describe('a count', () => {
  test('books what is missing, what is over, and nothing when it agrees', () => {
    expect(countDifference(5000, 4200)).toEqual({ purpose: 'count_shortage', grams: 800 })
    expect(countDifference(5000, 5100)).toEqual({ purpose: 'count_surplus', grams: 100 })
    expect(countDifference(5000, 5000)).toBeNull()
  })
})

describe('a date mark', () => {
  test('reads as people say it', () => {
    expect([-2, 0, 1, 2, 9].map((n) => daysLeft(n).key)).toEqual(['over', 'today', 'tomorrow', 'two', 'days'])
    expect(daysLeft(-2).n).toBe(2)
    expect([2, 3].map((n) => daysLeft(n).soon)).toEqual([true, false])
  })
})

describe('a lot', () => {
  test('is told by hub, and in sums for everyone else', () => {
    const held = [['recipient', ''], ['hub', '苏河'], ['recipient', ''], ['hub', '徐汇']].map(([kind = '', name = '']) => ({ kind, name, grams: 10 }))
    expect(heldBy(held).map((one) => [one.kind, one.name, one.grams, one.n])).toEqual([['recipient', '', 20, 2], ['hub', '苏河', 10, 1], ['hub', '徐汇', 10, 1]])
  })
  test('is named by the address', () => {
    expect(lotIdOf('/stock/01a20589-bd20-72eb-a8ea-b501b901be46')).toBe('01a20589-bd20-72eb-a8ea-b501b901be46')
    expect(lotIdOf('/stock')).toBeNull()
  })
})
