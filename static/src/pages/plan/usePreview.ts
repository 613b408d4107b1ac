/** Asks what a held stop would bring where it is held: not at every step, and only the last answer counts. */
import { computed, onBeforeUnmount, shallowRef, watch, type Ref } from 'vue'
import { api, type Answer } from '../../api/client'
import { Problem } from '../../api/problem'
import { position, unmoved, type Held, type Run } from './moves'
import { overlay } from './preview'

export type Preview = Answer<'/api/v1/stops/{stop_id}/preview', 'post'>
/** A hand on its way over the columns does not ask at each of them. */
const REST_MS = 120

export function usePreview(runs: Ref<readonly Run[]>, held: Ref<Held | null>) {
  const preview = shallowRef<Preview | null>(null)
  const fault = shallowRef('')
  const asking = shallowRef(false)
  let timer = 0
  let flight: AbortController | null = null

  function forget(): void {
    clearTimeout(timer)
    flight?.abort()
    flight = null
    preview.value = null
    fault.value = ''
    asking.value = false
  }

  async function ask(now: Held): Promise<void> {
    const mine = (flight = new AbortController())
    try {
      const body = { run_id: now.toRun, position: position(runs.value, now) }
      const found = await api.post('/api/v1/stops/{stop_id}/preview', { params: { path: { stop_id: now.stopId } }, body, signal: mine.signal })
      if (flight === mine) preview.value = found
    } catch (cause) {
      if (flight !== mine) return
      if (!(cause instanceof Problem)) throw cause
      fault.value = cause.sentence
    } finally {
      if (flight === mine) asking.value = false
    }
  }

  watch(held, (now) => {
    forget()
    if (!now || unmoved(now)) return
    asking.value = true
    timer = window.setTimeout(() => void ask(now), REST_MS)
  })
  onBeforeUnmount(forget)
  return { preview, fault, asking, seen: computed(() => overlay(preview.value)) }
}
