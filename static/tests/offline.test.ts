import { beforeEach, describe, expect, test } from 'vitest'
import { flush, put, settle, withdraw, type Outside, type Shelf, type Tap } from '../src/offline/outbox'
import { backoffMs, next, refused, spent, verdict, waiting, type Item, type Reply } from '../src/offline/rules'
import { foods, runIdOf, seenStops, spread, totals, type Drive, type DriveStop, type Food } from '../src/pages/run/progress'

/** A shelf of memory: the browser's own is tried in a real browser. */
function memory(): Shelf & { items: Map<string, Item> } {
  const items = new Map<string, Item>()
  return {
    items,
    all: async () => [...items.values()].map((item) => ({ ...item })),
    change: async (key, how) => {
      const made = how(items.get(key))
      if (made === null) items.delete(key)
      else if (made !== undefined) items.set(key, made)
      return made ?? null
    },
  }
}

const reply = (status: number, type = '', sentence = '', retryAfterS: number | null = null): Reply => ({ status, type, sentence, retryAfterS })
const ANNA = 'anna'
let shelf = memory()
let clock = 0
let heard: Item[] = []
let answers: Reply[] = []
let signedIn: string | null | undefined = ANNA
const outside: Outside = {
  get shelf() { return shelf },
  now: () => clock,
  who: async () => signedIn,
  send: async (item) => {
    heard.push({ ...item })
    return answers.shift() ?? reply(200)
  },
}
const tap = (key: string, more: Partial<Tap> = {}): Tap => ({
  key, personId: ANNA, runId: 'run', stopId: key, what: 'confirm', path: `/stops/${key}`, body: { outcome: 'handed_over' }, after: null, label: '李**', ...more,
})
const state = (key: string) => shelf.items.get(key)?.state
const send = (eager = true) => flush(outside, eager, '前面那条没有记成')

beforeEach(() => {
  shelf = memory()
  clock = 1_000_000
  heard = []
  answers = []
  signedIn = ANNA
})

describe('what an answer means', () => {
  test.each([
    [200, '', 'sent'], [204, '', 'sent'], [401, '', 'sign-in'], [0, '', 'again'], [425, '', 'again'], [429, '', 'again'], [500, '', 'again'], [503, '', 'again'],
    [409, '/problems/in-flight', 'again'], [409, '/problems/refused', 'refused'], [404, '', 'refused'], [403, '', 'refused'], [422, '/problems/key-reused', 'refused'],
  ])('%i %s → %s', (status, type, meaning) => expect(verdict({ status, type })).toBe(meaning))
  test('each try waits longer, a minute at most, and never less than the server asked for', () => {
    expect([1, 2, 3, 7, 30].map((n) => backoffMs(n, null))).toEqual([1000, 2000, 4000, 60_000, 60_000])
    expect(backoffMs(1, 20)).toBe(20_000)
  })
})

describe('the outbox', () => {
  test('sends taps in their order, each with its own key, once', async () => {
    for (const key of ['a', 'b', 'c']) await put(outside, tap(key))
    expect(await send()).toBe('empty')
    expect(await send()).toBe('empty')
    expect(heard.map((item) => item.key)).toEqual(['a', 'b', 'c'])
    expect(waiting(await shelf.all())).toEqual([])
  })
  test('sends the very same again after no answer, and nothing behind it before', async () => {
    await put(outside, tap('a'))
    await put(outside, tap('b'))
    answers = [reply(0), reply(503), reply(409, '/problems/in-flight')]
    for (let n = 0; n < 3; n++) expect(await send()).toBe('again')
    expect(await send()).toBe('empty')
    expect(heard.map((item) => item.key)).toEqual(['a', 'a', 'a', 'a', 'b'])
    expect(new Set(heard.filter((item) => item.key === 'a').map((item) => JSON.stringify([item.path, item.body]))).size).toBe(1)
  })
  test('waits its time unless a person asks', async () => {
    await put(outside, tap('a'))
    answers = [reply(429, '', '', 30)]
    expect(await send(false)).toBe('again')
    clock += 29_000
    expect(await send(false)).toBe('again')
    expect(heard).toHaveLength(1)
    clock += 1_000
    expect(await send(false)).toBe('empty')
    expect(heard).toHaveLength(2)
  })
  test('keeps what was refused, with the reason, until a person has seen to it and after', async () => {
    await put(outside, tap('a'))
    await put(outside, tap('b'))
    answers = [reply(409, '/problems/refused', '这一站已经确认过了。')]
    expect(await send()).toBe('empty')
    expect(refused(await shelf.all()).map((item) => [item.key, item.reason])).toEqual([['a', '这一站已经确认过了。']])
    expect(state('b')).toBe('sent')
    clock += 400 * 86_400_000
    await send()
    expect(state('a')).toBe('refused')
    await settle(shelf, 'a')
    expect(state('a')).toBe('settled')
    expect(refused(await shelf.all())).toEqual([])
  })
  test('stops when nobody is signed in, and keeps everything', async () => {
    await put(outside, tap('a'))
    signedIn = null
    expect(await send()).toBe('sign-in')
    expect(heard).toEqual([])
    signedIn = ANNA
    answers = [reply(401)]
    expect(await send()).toBe('sign-in')
    expect(state('a')).toBe('waiting')
    expect(await send()).toBe('empty')
  })
  test('never sends a tap in another person’s name', async () => {
    await put(outside, tap('a'))
    signedIn = 'bert'
    expect(await send()).toBe('empty')
    expect(heard).toEqual([])
    expect(state('a')).toBe('waiting')
  })
  test('lets a photo wait for its confirmation, and not go when that was refused', async () => {
    await put(outside, tap('a'))
    await put(outside, tap('photo', { what: 'photo', after: 'a', photo: new Blob(['x']), body: null }))
    answers = [reply(404, '', '没有找到。')]
    await send()
    expect(heard.map((item) => item.key)).toEqual(['a'])
    expect(shelf.items.get('photo')?.reason).toBe('前面那条没有记成')
    expect(shelf.items.get('photo')?.photo).toBeDefined()
  })
  test('lets a photo’s picture go once it has arrived', async () => {
    await put(outside, tap('photo', { what: 'photo', photo: new Blob(['x']), body: null }))
    await send()
    expect(shelf.items.get('photo')?.photo).toBeUndefined()
  })
  test('gives back what was never sent, and nothing that may have arrived', async () => {
    await put(outside, tap('a'))
    expect(await withdraw(shelf, 'a')).toBe(true)
    expect(await withdraw(shelf, 'a')).toBe(false)
    await put(outside, tap('b'))
    answers = [reply(0)]
    await send()
    expect(await withdraw(shelf, 'b')).toBe(false)
    expect(state('b')).toBe('waiting')
  })
  test('holds back only the run whose item must wait', () => {
    const item = (key: string, seq: number, runId: string, notBefore = 0) => ({ ...tap(key, { runId }), seq, notBefore, state: 'waiting' }) as Item
    const items = [item('b', 2, 'one'), item('a', 1, 'one', 50), item('c', 3, 'two')]
    expect(next(items, ANNA, 10)?.key).toBe('c')
    expect(next(items, ANNA, 50)?.key).toBe('a')
    expect(next(items, ANNA, 10, false)?.key).toBe('a')
  })
  test('forgets only what arrived long ago', async () => {
    await put(outside, tap('a'))
    await send()
    const [item] = await shelf.all()
    expect(spent(item!, clock + 36 * 3_600_000)).toBe(false)
    clock += 36 * 3_600_000 + 1
    await send()
    expect(await shelf.all()).toEqual([])
  })
})

const food = (id: string, name: string, grams: number, more: Partial<Food> = {}): Food => ({ id, food: name, grams, boxes: 1, storage_class: 'ambient', outcome: '', moved_grams: null, recipient_id: null, ...more })
const stop = (id: string, more: Partial<DriveStop> = {}) => ({ id, kind: 'deliver', state: 'planned', outcome: '', households: 1, grams: 5000, has_photo: false, ...more }) as DriveStop
const item = (stopId: string, more: Partial<Item> = {}) => ({ ...tap(stopId), seq: 1, state: 'waiting', sentAt: null, ...more }) as Item

describe('a run on the phone', () => {
  const drive = { id: 'run', stops: [stop('a'), stop('b')] } as unknown as Drive
  test('shows what was tapped before it is uploaded', () => {
    const [a, b] = seenStops(drive, [item('a', { body: { outcome: 'not_home' } })], 0)
    expect([a?.state, a?.outcome, a?.pending]).toEqual(['failed', 'not_home', true])
    expect([b?.state, b?.pending]).toEqual(['planned', false])
  })
  test('believes the server about what it has heard', () => {
    const sent = item('a', { state: 'sent', sentAt: 100 })
    expect(seenStops(drive, [sent], 50)[0]?.state).toBe('done')
    expect(seenStops(drive, [sent], 200)[0]?.state).toBe('planned')
    expect(seenStops(drive, [item('a', { state: 'refused' })], 0)[0]?.state).toBe('planned')
  })
  test('opens a stop again that was taken back', () => {
    expect(seenStops(drive, [item('a'), item('a', { key: 'u', seq: 2, what: 'take_back' })], 0)[0]?.state).toBe('arrived')
  })
  test('adds up what reached whom', () => {
    const stops = seenStops({ id: 'run', stops: [stop('a', { state: 'done', outcome: 'handed_over', households: 3 }), stop('b', { state: 'done', outcome: 'left_with_neighbour' }), stop('c', { state: 'failed', outcome: 'not_home' }), stop('d')] } as unknown as Drive, [], 0)
    expect(totals(stops)).toEqual({ grams: 10_000, handed: 3, left: 1, failed: [['not_home', 1]] })
  })
  test('says the same food once', () => {
    const lines = foods([food('1', '大米', 2000), food('2', '牛奶', 900, { storage_class: 'chilled' }), food('3', '大米', 3000)])
    expect(lines.map((line) => [line.food, line.grams, line.boxes])).toEqual([['大米', 5000, 2], ['牛奶', 900, 1]])
  })
  test.each([[5000, [2000, 3000]], [5500, [2000, 3500]], [1500, [1500, 0]], [0, [0, 0]]])('spreads %i weighed grams without losing any', (grams, parts) => {
    expect(spread([food('1', '大米', 2000), food('2', '大米', 3000)], grams).map((part) => part.grams)).toEqual(parts)
  })
  test('is named by the address', () => {
    expect(runIdOf('/run/01a20589-bd20-72eb-a8ea-b501b901be46')).toBe('01a20589-bd20-72eb-a8ea-b501b901be46')
    expect(['/run', '/run/', '/run/../desk'].map(runIdOf)).toEqual([null, null, null])
  })
})
