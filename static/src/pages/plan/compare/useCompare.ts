/** Two of the day's plannings side by side. */
import { computed, ref, shallowRef, watch } from 'vue'
import { api, type Answer } from '../../../api/client'
import { Problem } from '../../../api/problem'
import type { PlanDay } from '../usePlanDay'

export type Comparison = Answer<'/api/v1/plans/compare', 'get'>

export function useCompare(plan: PlanDay) {
  const on = ref(false)
  const a = ref('')
  const b = ref('')
  const answer = shallowRef<Comparison | null>(null)
  const fault = ref('')
  /** Newest first; the first is the one in use. */
  const known = computed(() => plan.plans.value.filter((one) => one.has_result))
  const possible = computed(() => known.value.length > 1)

  async function look(): Promise<void> {
    if (!on.value || !a.value || !b.value) return
    const [left, right] = [a.value, b.value]
    fault.value = ''
    answer.value = null
    try {
      const found = await api.get('/api/v1/plans/compare', { params: { query: { a: left, b: right } } })
      if (a.value === left && b.value === right) answer.value = found
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause
      if (a.value === left && b.value === right) fault.value = cause.sentence
    }
  }
  function open(): void {
    a.value = known.value[1]?.id ?? ''
    b.value = known.value[0]?.id ?? ''
    on.value = true
  }
  function close(): void {
    on.value = false
    answer.value = null
  }
  watch([on, a, b], () => void look())
  watch([plan.solving, plan.day], close)
  return { on, a, b, answer, fault, known, possible, open, close, look }
}

export type Compare = ReturnType<typeof useCompare>
