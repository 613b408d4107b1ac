import { describe, expect, test } from 'vitest'
import { groundOf, howSure, stepped, whence, type Candidate } from '../src/components/places'
import { hoursOf, hoursText, linesOf } from '../src/pages/desk/donors/hours'
import { covered, questionsOf, samplesOf, shownColumns, type Row, type Sheet } from '../src/pages/desk/import/reading'
import { pairIn } from '../src/pages/desk/nearby'
import { bodyOf, draftOf, emptyDraft, faultsOf, fieldOf, phoneLooksWhole, type File } from '../src/pages/desk/recipient/draft'
import { clockOf, mindWord, minuteOf, stateWord } from '../src/pages/desk/said'

const named = { ...emptyDraft('2026-11-23'), name: '李测试', consent: 'self' as const }

describe('times of day', () => {
  test('are read as people write them', () => {
    expect(['8:30', '08:30', '8点', '8点30分', '0830', '24:00', ' 19：05 '].map(minuteOf)).toEqual([510, 510, 480, 510, 510, 1440, 1145])
    expect(['', '25:00', '8:75', 'abend', '24:01'].map(minuteOf)).toEqual([null, null, null, null, null])
  })
  test('and written so that reading them gives them back', () => {
    for (let minute = 0; minute <= 1440; minute += 7) expect(minuteOf(clockOf(minute))).toBe(minute)
  })
})

describe('the form of a household', () => {
  test('an empty one lacks only the name and who agreed', () => {
    expect(faultsOf(emptyDraft('2026-11-23')).map((f) => f.field)).toEqual(['name', 'consent'])
    expect(faultsOf(named)).toEqual([])
  })
  test('names every fault at its field', () => {
    const wrong = { ...named, phone: '1380000', birth_year: '43', size: '0', every: '91', floor: '三', from: '20:00', until: '8:00', need_kg: '-1' }
    expect(faultsOf(wrong).map((f) => f.field)).toEqual(['phone', 'birth_year', 'size', 'need_kg', 'every', 'floor', 'until'])
  })
  test('telephones: mobile, landline, with the country code, none', () => {
    expect(['17000000001', '+86 170 0000 0001', '021-6000 0000', '60000000', ''].every(phoneLooksWhole)).toBe(true)
    expect(['1700000000', '12', '无'].some(phoneLooksWhole)).toBe(false)
  })
  test('sends the pin only when somebody moved it', () => {
    const placed = { ...named, point: { lng: 121.4, lat: 31.2 } }
    expect(bodyOf(placed, { pin: false }).point).toBeNull()
    expect(bodyOf(placed, { pin: true }).point).toEqual({ lng: 121.4, lat: 31.2 })
  })
  test('what is saved and opened again is the same form', () => {
    const typed = { ...named, tags: '独居、低保', floor: '6', lift: 'no' as const, two: ['yes'], need_kg: '7.5', allergens: ['peanut'], birth_year: '1943' }
    const body = bodyOf(typed, { pin: true })
    const file = { ...body, need_grams: body.need_grams, doorstep: body.doorstep, registered_on: body.registered_on } as unknown as File
    expect(draftOf(file)).toEqual(typed)
  })
  test('a second part of the day, days that matter and skills are sent, kept and come back', () => {
    const typed = { ...named, from: '09:00', until: '11:00', from2: '15:00', until2: '17:00', skills: ['dialect'], must_serve_on: '2026-11-24', visit_due_on: '2026-11-25', visit_minutes: '20', need_kg: '7.5' }
    const body = bodyOf(typed, { pin: true })
    expect(body).toMatchObject({ must_serve_on: '2026-11-24', visit_due_on: '2026-11-25', visit_minutes: 20, skills_needed: ['dialect'] })
    expect(body.doorstep).toMatchObject({ second_from_minute: 900, second_until_minute: 1020 })
    expect(draftOf(body as unknown as File)).toMatchObject({ from2: '15:00', until2: '17:00', skills: ['dialect'], visit_minutes: '20' })
    expect(bodyOf(named, { pin: true })).toMatchObject({ must_serve_on: null, visit_due_on: null, doorstep: { second_from_minute: null } })
  })
  test('a second part of the day follows the first, with both its ends', () => {
    const wrong = (more: Partial<typeof named>): string[] => faultsOf({ ...named, until: '12:00', ...more }).map((f) => f.field)
    expect(wrong({ from2: '14:00', until2: '16:00' })).toEqual([])
    for (const more of [{ from2: '14:00' }, { until2: '16:00' }, { from2: '12:00', until2: '16:00' }, { from2: '16:00', until2: '14:00' }, { from2: 'abends', until2: '23:00' }])
      expect(wrong(more)).toEqual(['from2'])
    expect(wrong({ visit_minutes: '2' })).toEqual(['visit_minutes'])
  })
  test('a refusal of the server finds its field', () => {
    expect(['doorstep.window_until_minute', 'point.lng', 'allergens.3', 'name', 'need_grams', 'point', 'tags.0'].map(fieldOf)).toEqual([
      'until', 'pin', 'allergens', 'name', 'need_kg', 'pin', 'tags',
    ])
  })
})

describe('the register in words', () => {
  const row = { state: 'active', approved: true, place_state: 'confirmed', paused_until: null, kind: 'household' }
  test('the badge says first what stands in the way', () => {
    expect(stateWord(row).text).toBe('固定受助')
    expect(stateWord({ ...row, place_state: 'to_confirm' }).text).toBe('位置待确认')
    expect(stateWord({ ...row, place_state: 'to_confirm', approved: false }).text).toBe('待审核')
    expect(stateWord({ ...row, state: 'paused', approved: false, paused_until: '2026-12-02' }).text).toBe('暂停到 12月2日')
  })
  test('a code of somebody’s own making stands as it is', () => {
    expect(['peanut', 'diabetic', 'no_lift', '不吃辣'].map(mindWord)).toEqual(['花生过敏', '糖尿病', '没电梯', '不吃辣'])
  })
})

describe('pickup hours', () => {
  const week = [0, 1, 2, 3, 4].map((weekday) => ({ weekday, from_minute: 1140, until_minute: 1200 }))
  test('days with the same hours stand together, and come apart again', () => {
    const all = [...week, { weekday: 5, from_minute: 540, until_minute: 720 }]
    expect(linesOf(all)).toHaveLength(2)
    expect(hoursText(all)).toBe('周一至周五 19:00–20:00；周六 09:00–12:00')
    expect(hoursOf(linesOf(all))).toEqual(all)
  })
  test('a line that goes backwards or names no day is not understood', () => {
    expect(hoursOf([{ days: ['0'], from: '20:00', until: '19:00' }])).toBeNull()
    expect(hoursOf([{ days: [], from: '19:00', until: '20:00' }])).toBeNull()
  })
})

describe('an import', () => {
  const sheet = (columns: Record<string, string>, more: Partial<Sheet> = {}): Sheet =>
    ({ name: '登记', headings: [], header_row: 1, first_row: 2, columns, datum: null, pair_order: null, year: null, skip: false, counts: {}, ...more }) as Sheet
  test('asks only what the sheet leaves open', () => {
    expect(questionsOf(sheet({ 1: 'name' }))).toEqual([])
    expect(questionsOf(sheet({ 1: 'name', 2: 'lng', 3: 'lat' }))).toEqual(['datum'])
    expect(questionsOf(sheet({ 2: 'point' }))).toEqual(['name', 'datum', 'order'])
    expect(questionsOf(sheet({ 2: 'point' }, { skip: true }))).toEqual([])
  })
  test('shows the columns a person checks, and examples of each', () => {
    expect(shownColumns('register', sheet({ 2: 'phone', 5: 'name', 6: 'notes' }))).toEqual([{ column: 5, field: 'name' }, { column: 2, field: 'phone' }])
    const rows = ['甲', '', '甲', '乙', '丙'].map((text) => ({ cells: [text] }) as Row)
    expect(samplesOf(rows, 1)).toEqual(['甲', '乙'])
  })
  test('covers people, not shops', () => {
    expect(covered('name', '李测一', 'register')).toBe('李**')
    expect(covered('name', '示例超市', 'donors')).toBe('示例超市')
    expect(['17000000001', '170 0000 0001', '170-0000-0001（女儿）'].map((p) => covered('phone', p, 'register'))).toEqual(['170****0001', '170****0001', '170****0001（女儿）'])
  })
})

test('coordinates in what the paper said open the map there, whichever comes first', () => {
  expect(pairIn('121.4782, 31.2284')).toEqual([121.4782, 31.2284])
  expect(pairIn('31.2284，121.4782')).toEqual([121.4782, 31.2284])
  expect(pairIn('长寿路 88 弄')).toBeNull()
})

describe('the search box above a pin', () => {
  const one: Candidate = { point: { lng: 121.4, lat: 31.2 }, label: '样例路12号', confidence: 0.65, source: 'gazetteer', precision: 'street' }
  test('says who says so and how sure it is, in words', () => {
    expect(whence({ source: 'address_book', precision: 'house' })).toBe('同一地址以前确认过')
    expect(whence(one)).toBe('按街道估计')
    expect(whence({ source: 'amap', precision: 'house' })).toBe('高德给的位置，到门牌')
    expect([0.98, 0.65, 0.3].map(howSure)).toEqual(['很有把握', '较有把握', '没把握，请核对'])
  })
  test('a pin left where a candidate put it stands on that, a dragged one on the person', () => {
    expect(groundOf({ ...one.point }, one)).toEqual({ source: 'gazetteer', confidence: 0.65 })
    expect(groundOf({ lng: 121.4001, lat: 31.2 }, one)).toEqual({ source: 'person', confidence: null })
    expect(groundOf(null, one)).toEqual({ source: 'person', confidence: null })
    expect(groundOf(one.point, null)).toEqual({ source: 'person', confidence: null })
    expect(bodyOf({ ...named, point: one.point, taken: one }, { pin: true }).place_source).toBe('gazetteer')
  })
  test('the arrows go round, Home and End to the ends', () => {
    expect([-1, 0, 2].map((at) => stepped(at, 'ArrowDown', 3))).toEqual([0, 1, 0])
    expect([-1, 0, 2].map((at) => stepped(at, 'ArrowUp', 3))).toEqual([2, 2, 1])
    expect([stepped(1, 'Home', 3), stepped(1, 'End', 3), stepped(0, 'ArrowDown', 0)]).toEqual([0, 2, -1])
  })
})
