/** Where to go after signing in: a path of ours, never another site. Pure. */
export function safeNext(next: string | null): string {
  if (!next || !next.startsWith('/') || /^\/[/\\]/.test(next) || /[\r\n\t]/.test(next)) return '/'
  return next.startsWith('/signin') ? '/' : next
}
