/** A volunteer's own trip: tap reds and blues, see the way, mend the order, claim. */
import { computed, reactive, ref, shallowRef } from 'vue'
import { api } from '../../api/client'
import { Problem } from '../../api/problem'
import { t } from '../../i18n'
import { movable, taskOrder, toPreview, type Preview } from './answers'

export type Mode = 'car' | 'ebike' | 'trike' | 'bicycle' | 'foot'
export interface Pick {
  kind: 'donor' | 'recipient'
  /** The point on the map. */
  id: string
  /** What the API is told: the offer, or the recipient. */
  subject: string
  name: string
}
/** Moves one thing of a list; out of range changes nothing. Pure. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list]
  if (from === to || from < 0 || to < 0 || from >= list.length || to >= list.length) return next
  const [one] = next.splice(from, 1)
  next.splice(to, 0, one as T)
  return next
}

export function useTrip() {
  const on = ref(false)
  const picks = ref<Pick[]>([])
  const mode = ref<Mode>('ebike')
  const preview = shallowRef<Preview | null>(null)
  const state = reactive({ busy: false, fault: '' })

  const keys = computed(() => new Set(picks.value.map((p) => `${p.kind}:${p.id}`)))
  const body = (order?: string[]) => ({
    offer_ids: picks.value.filter((p) => p.kind === 'donor').map((p) => p.subject),
    recipient_ids: picks.value.filter((p) => p.kind === 'recipient').map((p) => p.subject),
    mode: mode.value,
    start: null,
    ...(order ? { order } : {}),
  })

  function toggle(pick: Pick): void {
    preview.value = null
    const there = keys.value.has(`${pick.kind}:${pick.id}`)
    picks.value = there
      ? picks.value.filter((p) => p.kind !== pick.kind || p.id !== pick.id)
      : [...picks.value, pick]
  }

  async function guarded<T>(work: () => Promise<T>): Promise<T | null> {
    state.busy = true
    state.fault = ''
    try {
      return await work()
    } catch (cause) {
      state.fault = cause instanceof Problem ? cause.sentence : t('error.title')
      return null
    } finally {
      state.busy = false
    }
  }

  const plan = (order?: string[]): Promise<void> =>
    guarded(async () => {
      preview.value = toPreview(await api.post('/api/v1/trips/preview', { body: body(order) }))
    }).then(() => undefined)

  /** From and to count the stops that may be moved. */
  const move = (from: number, to: number): Promise<void> => {
    const now = preview.value
    return now ? plan(taskOrder(moved(movable(now.stops), from, to))) : Promise.resolve()
  }

  /** The run that came of it, or null with `state.fault` set. */
  const claim = (): Promise<{ id: string } | null> =>
    guarded(async () => {
      const order = preview.value ? taskOrder(preview.value.stops) : undefined
      const made = await api.post('/api/v1/trips', { body: body(order), once: true })
      return made[0] ?? null
    })

  function leave(): void {
    on.value = false
    picks.value = []
    preview.value = null
    state.fault = ''
  }

  return { on, picks, mode, preview, state, keys, toggle, plan, move, claim, leave }
}
export type Trip = ReturnType<typeof useTrip>
