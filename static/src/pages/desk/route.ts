/** The desk is one page with addresses of its own: /desk, /desk/donors/…; links are followed in place. */
import { computed, nextTick, ref } from 'vue'

const at = ref(new URL(location.href))
addEventListener('popstate', () => {
  at.value = new URL(location.href)
})

/** The address behind /desk, cut at the slashes: ["recipients", "0193…", "edit"]. */
export const parts = computed(() =>
  at.value.pathname.replace(/^\/desk\/?/, '').split('/').filter(Boolean).map(decodeURIComponent),
)
export const query = computed(() => at.value.searchParams)

/** Goes to an address of the desk; what was the page's top is the top again, for eyes and for screen readers. */
export async function go(href: string, how: { replace?: boolean; stay?: boolean } = {}): Promise<void> {
  if (how.replace) history.replaceState(null, '', href)
  else history.pushState(null, '', href)
  at.value = new URL(location.href)
  if (how.stay) return
  await nextTick()
  document.getElementById('main')?.focus({ preventScroll: true })
  const part = at.value.hash && document.getElementById(at.value.hash.slice(1))
  if (part) part.scrollIntoView()
  else scrollTo(0, 0)
}

/** On a click anywhere in the desk: a plain click on one of our links stays on the page. */
export function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = (event.target as Element).closest('a')
  const href = link?.getAttribute('href')
  if (!href || !/^\/desk(?=[/?#]|$)/.test(href) || link?.target || link?.hasAttribute('download')) return
  event.preventDefault()
  void go(href)
}
