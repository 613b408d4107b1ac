/** A refusal by the server (RFC 9457), or no answer at all; always with a sentence to show. */
import { t } from '../i18n'

export interface FieldFault {
  /** Dotted path of the field, "needs.0.kind". */
  field: string
  message: string
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldFault[] = [],
    /** The whole body: a problem may carry more (what is allowed, the newer version …). */
    readonly body: Record<string, unknown> = {},
  ) {
    super(detail || title)
  }

  /** The sentence for a person. */
  get sentence(): string {
    return this.detail || this.title
  }

  /** Worth sending the very same request again (DESIGN: 409 in flight, 425, 429, 5xx, no answer). */
  get passing(): boolean {
    return this.status === 0 || this.status === 425 || this.status === 429 || this.status >= 500
  }
}

/** Accepts both {field, message} and {loc, msg} / {pointer, detail} rows. */
function faultOf(row: unknown): FieldFault | null {
  if (typeof row !== 'object' || row === null) return null
  const r = row as Record<string, unknown>
  const place = r.field ?? r.loc ?? r.pointer ?? ''
  const field = Array.isArray(place)
    ? place.filter((p) => p !== 'body').join('.')
    : String(place).replace(/^#?\//, '').replaceAll('/', '.')
  return { field, message: String(r.message ?? r.msg ?? r.detail ?? r.sentence ?? '') }
}

export function problemOf(status: number, body: unknown): Problem {
  const b = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const rows = Array.isArray(b.errors) ? b.errors.map(faultOf).filter((f) => f !== null) : []
  return new Problem(
    status,
    typeof b.type === 'string' ? b.type : 'about:blank',
    typeof b.title === 'string' ? b.title : t('error.title'),
    typeof b.detail === 'string' ? b.detail : '',
    rows,
    b,
  )
}

export const noAnswer = (): Problem =>
  new Problem(0, 'no-answer', t('error.offline_title'), t('error.offline'))
