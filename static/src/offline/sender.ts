/** Sends one item of the outbox as it stands; says what came back, never throws. */
import type { Item, Reply } from './rules'

const PATIENCE_MS = 20_000
const NO_ANSWER: Reply = { status: 0, type: '', sentence: '', retryAfterS: null }

async function replyOf(response: Response): Promise<Reply> {
  const said = response.ok ? {} : ((await response.json().catch(() => ({}))) as Record<string, unknown>)
  const wait = Number(response.headers.get('retry-after'))
  return {
    status: response.status,
    type: typeof said.type === 'string' ? said.type : '',
    sentence: String(said.detail || said.title || response.status),
    retryAfterS: Number.isFinite(wait) && wait > 0 ? wait : null,
  }
}

export async function send(item: Item): Promise<Reply> {
  const headers: Record<string, string> = { 'Idempotency-Key': item.key, Accept: 'application/json' }
  let body: BodyInit | undefined
  if (item.photo) {
    const form = new FormData()
    form.append('photo', item.photo, 'photo.jpg')
    body = form
  } else if (item.body) {
    headers['Content-Type'] = 'application/json'
    body = JSON.stringify(item.body)
  }
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    return await replyOf(await fetch(item.path, { method: 'POST', headers, body, signal, credentials: 'same-origin' }))
  } catch {
    return NO_ANSWER
  }
}

/** The signed-in person's id by the server; null for nobody, undefined without an answer. */
export async function who(): Promise<string | null | undefined> {
  try {
    const response = await fetch('/api/v1/me', { signal: AbortSignal.timeout(PATIENCE_MS), credentials: 'same-origin' })
    if (response.status === 401) return null
    if (!response.ok) return undefined
    return ((await response.json()) as { person: { id: string } }).person.id
  } catch {
    return undefined
  }
}
