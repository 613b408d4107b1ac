/** Where to go after signing in: the page one came for, or the home of one's role. Pure. */
import type { Role } from '../../api/me'

/** In the order of what a person who holds several roles does first. */
const HOMES: [Role, string][] = [
  ['coordinator', '/desk'],
  ['organisation_admin', '/desk'],
  ['keeper', '/stock'],
  ['volunteer', '/'],
  ['donor_contact', '/donor'],
]

export function homeOf(roles: readonly string[]): string {
  return HOMES.find(([role]) => roles.includes(role))?.[1] ?? '/'
}

/** A path of ours, never another site; `home` when there is none. */
export function safeNext(next: string | null, home = '/'): string {
  if (!next || !next.startsWith('/') || /^\/[/\\]/.test(next) || /[\r\n\t]/.test(next)) return home
  return next.startsWith('/signin') ? home : next
}
