/** A list that comes in pages by cursor; remembers the cursors, so that one can go back. */
import { computed, ref, shallowRef } from 'vue'
import { Problem } from '../../api/problem'
import { t } from '../../i18n'

export interface PageOf<Row> {
  items: Row[]
  next?: string | null
}

export const sentenceOf = (cause: unknown): string => (cause instanceof Problem ? cause.sentence : t('error.title'))

export function usePages<Row>(fetch: (cursor: string | undefined) => Promise<PageOf<Row>>) {
  const rows = shallowRef<Row[]>([])
  const state = ref<'loading' | 'ready' | 'error'>('loading')
  const fault = ref('')
  const next = ref<string | null>(null)
  /** The cursor and the number of the first row of this page and of those before it. */
  const trail = ref<{ cursor: string | undefined; from: number }[]>([{ cursor: undefined, from: 1 }])
  let ticket = 0

  async function load(): Promise<void> {
    const mine = ++ticket
    state.value = 'loading'
    try {
      const page = await fetch(trail.value.at(-1)?.cursor)
      if (mine !== ticket) return
      rows.value = page.items
      next.value = page.next ?? null
      state.value = 'ready'
    } catch (cause) {
      if (mine !== ticket) return
      fault.value = sentenceOf(cause)
      state.value = 'error'
    }
  }
  async function restart(): Promise<void> {
    trail.value = [{ cursor: undefined, from: 1 }]
    await load()
  }
  async function forward(): Promise<void> {
    if (!next.value) return
    trail.value = [...trail.value, { cursor: next.value, from: from.value + rows.value.length }]
    await load()
  }
  async function back(): Promise<void> {
    if (trail.value.length > 1) trail.value = trail.value.slice(0, -1)
    await load()
  }
  const from = computed(() => trail.value.at(-1)?.from ?? 1)
  const hasPrevious = computed(() => trail.value.length > 1)
  const hasNext = computed(() => next.value !== null)
  return { rows, state, fault, from, hasPrevious, hasNext, load, restart, forward, back }
}
