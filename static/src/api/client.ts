/**
 * The one way from a page to the API: typed by the OpenAPI document, throws `Problem`.
 *
 *   const page = await api.get('/api/v1/recipients', { params: { query: { q: '李' } } })
 *   await api.post('/api/v1/offers', { body, once: true })       // once → Idempotency-Key
 */
import createClient, { type MaybeOptionalInit } from 'openapi-fetch'
import type {
  HttpMethod,
  PathsWithMethod,
  SuccessResponse,
} from 'openapi-typescript-helpers'
import { noAnswer, problemOf } from './problem'
import type { paths } from './schema'

const http = createClient<paths>({ baseUrl: '', credentials: 'same-origin' })

interface Extra {
  /** Adds an Idempotency-Key: `true` for a new one, or the key of an earlier try. */
  once?: true | string
  /** Stay on the page when nobody is signed in (the sign-in page itself). */
  anonymous?: boolean
}

type Known<M extends HttpMethod> = PathsWithMethod<paths, M> & string
type Init<P extends Known<M>, M extends HttpMethod> = MaybeOptionalInit<paths[P], M & keyof paths[P]> & Extra
/** What the API answers on success. */
export type Answer<P, M extends HttpMethod> = P extends keyof paths
  ? paths[P] extends { [method in M]: { responses: infer R } }
    ? R extends Record<string | number, unknown>
      ? SuccessResponse<R>
      : unknown
    : unknown
  : unknown

/** For an address that the document does not know (yet): `npm run check` names it. */
type Loose = Extra & {
  params?: { path?: Record<string, string>; query?: Record<string, unknown> }
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
}
type Call<M extends HttpMethod> = <P extends Known<M> | (string & {})>(
  path: P,
  init?: P extends Known<M> ? Init<P, M> : Loose,
) => Promise<P extends Known<M> ? Answer<P, M> : unknown>

interface Raw {
  data?: unknown
  error?: unknown
  response: Response
}
type Send = (path: string, init: unknown) => Promise<Raw>

export const newKey = (): string =>
  // randomUUID is missing on plain http in a local network; getRandomValues is not.
  crypto.randomUUID?.() ??
  [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('')

export function toSignIn(): void {
  const next = location.pathname + location.search + location.hash
  location.assign(`/signin?next=${encodeURIComponent(next)}`)
}

async function call(send: Send, path: string, init: Extra & Record<string, unknown> = {}): Promise<unknown> {
  const { once, anonymous, ...rest } = init
  const headers: Record<string, unknown> = { ...(rest.headers as object | undefined) }
  if (once) headers['Idempotency-Key'] = once === true ? newKey() : once
  let raw: Raw
  try {
    raw = await send(path, { ...rest, headers })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw noAnswer()
  }
  if (raw.response.ok) return raw.data
  if (raw.response.status === 401 && !anonymous) toSignIn()
  throw problemOf(raw.response.status, raw.error)
}

function method<M extends 'get' | 'post' | 'put' | 'patch' | 'delete'>(name: M): Call<M> {
  const send = http[name.toUpperCase() as 'GET'] as unknown as Send
  const sent = (path: string, init?: Extra & Record<string, unknown>): Promise<unknown> => call(send, path, init)
  return sent as unknown as Call<M>
}

export const api = {
  get: method('get'),
  post: method('post'),
  put: method('put'),
  patch: method('patch'),
  delete: method('delete'),
}
