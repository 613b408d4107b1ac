/**
 * The rules of the outbox, pure: what an answer means, when to try again, what goes next.
 * One tap is one item with one key; an item never changes once it was sent, and is never deleted
 * because it was refused.
 */

/** waiting → sent | refused (needs a person) → settled (a person has seen to it). */
export type ItemState = 'waiting' | 'sent' | 'refused' | 'settled'

export interface Item {
  /** The Idempotency-Key: one per tap. */
  key: string
  /** Order of the taps. */
  seq: number
  /** Whose tap it was: never sent in another person's name. */
  personId: string
  runId: string
  stopId: string
  what: 'confirm' | 'take_back' | 'photo'
  path: string
  /** JSON body; a photo has `photo` instead. */
  body: Record<string, unknown> | null
  photo?: Blob
  /** Key of an item that must have arrived first. */
  after: string | null
  /** For the screen: the stop's name, so that a refusal can be told without the run. */
  label: string
  madeAt: number
  state: ItemState
  tries: number
  /** Not before this time (ms). */
  notBefore: number
  sentAt: number | null
  /** Why the server refused it. */
  reason: string
}

/** What came back; `status` 0 is no answer at all. */
export interface Reply {
  status: number
  type: string
  sentence: string
  retryAfterS: number | null
}

export type Verdict = 'sent' | 'again' | 'sign-in' | 'refused'

const KEEP_SENT_MS = 36 * 3_600_000
const BACKOFF_FIRST_MS = 1_000
const BACKOFF_MOST_MS = 60_000

/** RFC 9110 statuses by what the phone should do (409 in flight, 425, 429, 5xx: the very same again). */
export function verdict(reply: Pick<Reply, 'status' | 'type'>): Verdict {
  if (reply.status >= 200 && reply.status < 300) return 'sent'
  if (reply.status === 401) return 'sign-in'
  if (reply.status === 0 || reply.status === 408 || reply.status === 425 || reply.status === 429 || reply.status >= 500) return 'again'
  if (reply.status === 409 && reply.type.endsWith('/in-flight')) return 'again'
  return 'refused'
}

/** 1, 2, 4 … 60 s after each try; never sooner than the server asked for. */
export function backoffMs(tries: number, retryAfterS: number | null): number {
  const own = Math.min(BACKOFF_MOST_MS, BACKOFF_FIRST_MS * 2 ** Math.max(0, tries - 1))
  return Math.max(own, (retryAfterS ?? 0) * 1000)
}

const inOrder = (items: readonly Item[]): Item[] => [...items].sort((a, b) => a.seq - b.seq)

/**
 * The next item to send, or null. Taps go out in their order: loading must arrive before handing
 * over, so one that must wait holds back those of the same run behind it.
 */
export function next(items: readonly Item[], personId: string, now: number, patient = true): Item | null {
  const held = new Set<string>()
  for (const item of inOrder(items)) {
    if (item.state !== 'waiting' || item.personId !== personId || held.has(item.runId)) continue
    if (patient && item.notBefore > now) held.add(item.runId)
    else return item
  }
  return null
}

/** The item that this one waits for was refused, so it can never go. */
export const orphaned = (item: Item, items: readonly Item[]): boolean =>
  item.after !== null && items.some((one) => one.key === item.after && (one.state === 'refused' || one.state === 'settled'))

/** The item after one try: what the answer makes of it. */
export function after(item: Item, reply: Reply, now: number): Item {
  switch (verdict(reply)) {
    case 'sent':
      return { ...item, state: 'sent', sentAt: now, photo: undefined }
    case 'refused':
      return { ...item, state: 'refused', reason: reply.sentence }
    case 'again':
      return { ...item, notBefore: now + backoffMs(item.tries, reply.retryAfterS) }
    case 'sign-in':
      return item
  }
}

/** What arrived long ago may go; what waits or was refused stays whatever its age. */
export const spent = (item: Item, now: number): boolean =>
  (item.state === 'sent' || item.state === 'settled') && now - (item.sentAt ?? item.madeAt) > KEEP_SENT_MS

export const waiting = (items: readonly Item[]): Item[] => inOrder(items).filter((item) => item.state === 'waiting')
export const refused = (items: readonly Item[]): Item[] => inOrder(items).filter((item) => item.state === 'refused')
