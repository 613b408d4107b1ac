/**
 * The outbox: puts taps on a shelf that outlives the page, and sends them one by one.
 * It knows no page and no clock: shelf, sender, identity and time are given (tests give their own).
 */
import { after, next, orphaned, spent, type Item, type Reply } from './rules'

/** Where items lie; `change` reads and writes in one step, null takes the item away. */
export interface Shelf {
  all(): Promise<Item[]>
  change(key: string, how: (item: Item | undefined) => Item | null | undefined): Promise<Item | null>
}

export interface Outside {
  shelf: Shelf
  send(item: Item): Promise<Reply>
  /** Who the server says is signed in; null when nobody is, undefined when it did not answer. */
  who(): Promise<string | null | undefined>
  now(): number
}

/** empty: nothing more can go now; again: something waits for a signal; sign-in: nobody is signed in. */
export type Flushed = 'empty' | 'again' | 'sign-in'

export type Tap = Pick<Item, 'key' | 'personId' | 'runId' | 'stopId' | 'what' | 'path' | 'body' | 'photo' | 'after' | 'label'>

export async function put(outside: Outside, tap: Tap): Promise<void> {
  const all = await outside.shelf.all()
  const seq = 1 + Math.max(0, ...all.map((item) => item.seq))
  const item: Item = { ...tap, seq, madeAt: outside.now(), state: 'waiting', tries: 0, notBefore: 0, sentAt: null, reason: '' }
  await outside.shelf.change(tap.key, (known) => known ?? item)
}

/** Takes an item back that was never sent; false when it is (or may be) on its way already. */
export async function withdraw(shelf: Shelf, key: string): Promise<boolean> {
  let gone = false
  await shelf.change(key, (item) => {
    gone = item !== undefined && item.state === 'waiting' && item.tries === 0
    return gone ? null : item
  })
  return gone
}

/** A person has seen to a refused item: it stays, but asks for nobody any more. */
export async function settle(shelf: Shelf, key: string): Promise<void> {
  await shelf.change(key, (item) => (item?.state === 'refused' ? { ...item, state: 'settled' } : item))
}

/**
 * Sends what may go. `eager` (the button 现在上传, the signal is back) ignores the back-off.
 * Only one tab may run this at a time: the caller holds the lock.
 */
export async function flush(outside: Outside, eager: boolean, orphanReason: string): Promise<Flushed> {
  const { shelf } = outside
  for (const item of await shelf.all()) if (spent(item, outside.now())) await shelf.change(item.key, () => null)
  if (!(await shelf.all()).some((item) => item.state === 'waiting')) return 'empty'
  const who = await outside.who()
  if (who === undefined) return 'again'
  if (who === null) return 'sign-in'
  for (;;) {
    const all = await shelf.all()
    const item = next(all, who, outside.now(), !eager)
    if (item === null) return all.some((one) => one.state === 'waiting' && one.personId === who) ? 'again' : 'empty'
    if (orphaned(item, all)) {
      await shelf.change(item.key, (one) => one && { ...one, state: 'refused', reason: orphanReason })
      continue
    }
    // Counted before it leaves: from here on it can no longer be withdrawn or changed.
    const tried = await shelf.change(item.key, (one) => one && { ...one, tries: one.tries + 1 })
    if (tried === null) continue
    const reply = await outside.send(tried)
    const left = await shelf.change(item.key, (one) => one && after(one, reply, outside.now()))
    if (left?.state !== 'waiting') continue
    return reply.status === 401 ? 'sign-in' : 'again'
  }
}
