/** What of the plan is in sight: the map above the columns on the desk, one or the other on the phone; and which run is looked at. */
import { computed, nextTick, onBeforeUnmount, ref } from 'vue'
import { recall, store } from '../../i18n'

const KEPT = 'plan_map'
export function useView() {
  const narrow = matchMedia('(max-width:699px)')
  const phone = ref(narrow.matches)
  const look = (): void => void (phone.value = narrow.matches)
  narrow.addEventListener('change', look)
  onBeforeUnmount(() => narrow.removeEventListener('change', look))

  const side = ref<'list' | 'map'>('list')
  const open = ref(recall(KEPT) !== 'closed')
  const chosen = ref<string | null>(null)
  const map = computed(() => (phone.value ? side.value === 'map' : open.value))
  const list = computed(() => !phone.value || side.value === 'list')

  function toggle(): void {
    open.value = !open.value
    store(KEPT, open.value ? 'open' : 'closed')
  }
  /** Choosing it again lets it go. What is chosen is looked at on the map: it comes into sight. */
  function choose(id: string, known: string | null): void {
    chosen.value = chosen.value === id ? null : known
    if (!chosen.value) return
    if (phone.value) {
      side.value = 'map'
      // What was pressed is gone from sight: the keyboard goes on at the switch.
      void nextTick(() => document.querySelector<HTMLElement>('.view-bar button')?.focus())
    } else document.querySelector('.plan-map')?.scrollIntoView({ block: 'nearest' })
  }
  /** From the map: the run's column, and the stop's line in it, come into sight. */
  async function pick(lineId: string, stopId: string | null): Promise<void> {
    chosen.value = chosen.value === lineId && !stopId ? null : lineId
    await nextTick()
    const row = document.getElementById(stopId ? `stop-${stopId}` : `run-${lineId}`)
    row?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }
  return { phone, side, open, chosen, map, list, toggle, choose, pick }
}

export type View = ReturnType<typeof useView>
