/** The proposal for the rest of a day: asked for, waited for, accepted or refused. */
import { computed, onBeforeUnmount, ref, shallowRef, watch } from 'vue'
import { api, type Answer } from '../../../api/client'
import { Problem } from '../../../api/problem'
import { toast } from '../../../components/toasts'
import { t } from '../../../i18n'
import type { PlanDay } from '../usePlanDay'
import { isDriven, type Ask } from './causes'

export type Replan = Answer<'/api/v1/replans/{replan_id}', 'get'>
const POLL_MS = 500
/** What a person still has to look at. */
const TO_SEE = ['solving', 'proposed', 'failed', 'outdated']

export function useReplan(plan: PlanDay) {
  const replan = shallowRef<Replan | null>(null)
  const fault = ref('')
  const busy = ref('')
  /** Asked for on this page: its answer takes the eye and the keyboard. */
  const fresh = ref(false)
  const seen = computed(() => (replan.value && TO_SEE.includes(replan.value.state) ? replan.value : null))
  let timer = 0
  /** The question behind an answer, with the helpers that the answer does not name. */
  let last: { id: string; body: Ask } | null = null

  function follow(now: Replan | null): void {
    replan.value = now
    clearTimeout(timer)
    if (now?.state === 'solving') timer = window.setTimeout(() => void poll(now.id), POLL_MS)
  }
  async function poll(id: string): Promise<void> {
    try {
      const now = await api.get('/api/v1/replans/{replan_id}', { params: { path: { replan_id: id } } })
      if (replan.value?.id === id) follow(now)
    } catch (cause) {
      if (!(cause instanceof Problem) || !cause.passing) throw cause
      if (replan.value?.id === id) follow(replan.value) // no signal for a moment: asked again
    }
  }

  /** What waits for an answer since before this page was opened; an old failure is not brought up again. */
  async function find(): Promise<void> {
    follow(null)
    const day = plan.day.value
    if (!plan.runs.value.some(isDriven)) return
    const all = await api.get('/api/v1/replans', { params: { query: { day } } }).catch(() => [])
    if (plan.day.value === day && !replan.value && ['solving', 'proposed'].includes(all[0]?.state ?? '')) follow(all[0] ?? null)
  }

  async function doing(what: string, act: () => Promise<void>): Promise<boolean> {
    busy.value = what
    fault.value = ''
    try {
      await act()
      return true
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause
      fault.value = cause.sentence
      return false
    } finally {
      busy.value = ''
    }
  }
  const ask = (body: Ask): Promise<boolean> =>
    doing('ask', async () => {
      const asked = await api.post('/api/v1/replans', { body, once: true })
      if (asked.day !== plan.day.value) return
      last = { id: asked.id, body }
      fresh.value = true
      follow(asked)
    })
  /** The same question about the day as it is now. */
  function again(): Promise<boolean> {
    const now = replan.value
    if (!now) return Promise.resolve(false)
    const { run_id, stop_id, lot_id } = now.about
    return ask(last?.id === now.id ? last.body : { day: now.day, cause: now.cause, run_id, stop_id, lot_id })
  }
  const decide = (accept: boolean): Promise<boolean> =>
    doing(accept ? 'accept' : 'refuse', async () => {
      const id = replan.value?.id
      if (!id) return
      try {
        follow(await api.post('/api/v1/replans/{replan_id}/decision', { params: { path: { replan_id: id } }, body: { accept } }))
      } catch (cause) {
        // Outdated: its state says so plainly, and how to go on.
        if (!(cause instanceof Problem) || cause.status !== 409) throw cause
        await poll(id)
        if (replan.value?.state !== 'outdated') throw cause
        return
      }
      toast(t(accept ? 'trouble.accepted' : 'trouble.refused'))
      if (accept) await plan.load()
    })
  const dismiss = (): void => follow(null)

  watch(plan.facts, () => void (replan.value === null && find()), { immediate: true })
  watch(plan.day, () => {
    follow(null)
    last = null
    fresh.value = false
  })
  onBeforeUnmount(() => clearTimeout(timer))
  return { replan, seen, fault, busy, fresh, ask, again, decide, dismiss }
}

export type Replanning = ReturnType<typeof useReplan>
