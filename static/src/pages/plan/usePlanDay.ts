/** A day's plan: what there is, the solving under way, the runs, and a person's changes. */
import { computed, onBeforeUnmount, ref, shallowRef } from 'vue'
import { api, type Answer } from '../../api/client'
import { Problem } from '../../api/problem'
import { toast } from '../../components/toasts'
import { t } from '../../i18n'
import { position, type Held, type Run } from './moves'

export type Plan = Answer<'/api/v1/plans/{plan_id}', 'get'>
/** The first plan is to be seen within two seconds. */
const POLL_MS = 400

export interface Facts {
  desk: Answer<'/api/v1/desk', 'get'>
  shifts: Answer<'/api/v1/shifts', 'get'>
  hubs: Answer<'/api/v1/hubs', 'get'>
  allocations: Answer<'/api/v1/allocations', 'get'>
}

const OVER = ['done', 'failed', 'cancelled']

export function usePlanDay() {
  const day = ref('')
  const facts = shallowRef<Facts | null>(null)
  const runs = shallowRef<Run[]>([])
  const plans = shallowRef<Plan[]>([])
  const plan = shallowRef<Plan | null>(null)
  const fault = ref('')
  const refusal = ref('')
  const busy = ref('')
  let timer = 0

  const solving = computed(() => plan.value !== null && !OVER.includes(plan.value.state))
  const drafts = computed(() => runs.value.filter((run) => run.state === 'draft').length)
  /** Stops and draft runs that stay where they are when the rest is solved again. */
  const locks = computed(() => runs.value.filter((run) => run.state === 'draft').reduce((sum, run) => sum + (run.locked ? 1 : 0) + run.stops.filter((stop) => stop.locked).length, 0))

  async function load(): Promise<void> {
    const asked = day.value
    fault.value = ''
    const query = { params: { query: { day: asked } } }
    try {
      const [desk, shifts, hubs, allocations, found, solved] = await Promise.all([
        api.get('/api/v1/desk'), api.get('/api/v1/shifts', query), api.get('/api/v1/hubs'),
        api.get('/api/v1/allocations', query), api.get('/api/v1/runs', query), api.get('/api/v1/plans', query),
      ])
      if (day.value !== asked) return // another day was chosen meanwhile
      facts.value = { desk, shifts, hubs, allocations }
      runs.value = found
      plans.value = solved
      plan.value = solved[0] ?? null
      watch()
    } catch (cause) {
      if (day.value !== asked) return
      fault.value = cause instanceof Problem ? cause.sentence : t('error.title')
    }
  }

  function watch(): void {
    clearTimeout(timer)
    if (solving.value) timer = window.setTimeout(() => void look(), POLL_MS)
  }

  async function look(): Promise<void> {
    const id = plan.value?.id
    if (!id) return
    try {
      const now = await api.get('/api/v1/plans/{plan_id}', { params: { path: { plan_id: id } } })
      if (plan.value?.id !== id) return // another day was chosen meanwhile
      plan.value = now
    } catch (cause) {
      if (!(cause instanceof Problem) || !cause.passing) throw cause
    }
    if (solving.value) watch()
    else await load()
  }

  async function doing(what: string, act: () => Promise<void>): Promise<void> {
    busy.value = what
    refusal.value = ''
    try {
      await act()
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause
      refusal.value = cause.sentence
    } finally {
      busy.value = ''
    }
  }

  function follow(asked: Plan): void {
    if (asked.day !== day.value) return
    plan.value = asked
    watch()
  }

  /** Afresh, what is locked apart; or going on from the drafts as they stand. */
  const start = (improve = false): Promise<void> =>
    doing(improve ? 'improve' : 'start', async () => follow(await api.post('/api/v1/plans', { body: { day: day.value, improve } })))

  const zone = (stopIds: string[], volunteerIds: string[]): Promise<void> =>
    doing('zone', async () => follow(await api.post('/api/v1/plans/zone', { body: { day: day.value, stop_ids: stopIds, volunteer_ids: volunteerIds } })))

  const restore = (planId: string): Promise<void> =>
    doing('restore', async () => {
      await api.post('/api/v1/plans/{plan_id}/restore', { params: { path: { plan_id: planId } } })
      await load()
      toast(t('plan.restored'))
    })

  const stop = (keep: boolean): Promise<void> =>
    doing(keep ? 'keep' : 'discard', async () => {
      if (!plan.value) return
      follow(await api.post('/api/v1/plans/{plan_id}/stop', { params: { path: { plan_id: plan.value.id } }, body: { keep } }))
    })

  const publish = (): Promise<void> =>
    doing('publish', async () => {
      const published = await api.post('/api/v1/plans/publish', { body: { day: day.value } })
      await load()
      toast(t('plan.published', { n: published.length }))
    })

  const step = (run: Run, verb: 'publish' | 'unpublish'): Promise<void> =>
    doing(run.id, async () => merge(await api.post('/api/v1/runs/{run_id}/moves', { params: { path: { run_id: run.id } }, body: { verb } })))

  const lockRun = (run: Run): Promise<void> =>
    doing(`lock-${run.id}`, async () => merge(await api.put('/api/v1/runs/{run_id}/lock', { params: { path: { run_id: run.id } }, body: { locked: !run.locked } })))

  const lockStop = (stopId: string, locked: boolean): Promise<void> =>
    doing(`lock-${stopId}`, async () => merge(await api.put('/api/v1/stops/{stop_id}/lock', { params: { path: { stop_id: stopId } }, body: { locked } })))

  function merge(changed: readonly Run[]): void {
    runs.value = runs.value.map((run) => changed.find((one) => one.id === run.id) ?? run)
  }

  /** Puts a stop down in its new place; refused, everything stands as before and the sentence is shown. */
  const putDown = (held: Held, order: string[]): Promise<void> =>
    doing('move', async () => {
      if (held.toRun === held.fromRun) {
        merge(await api.put('/api/v1/runs/{run_id}/order', { params: { path: { run_id: held.toRun } }, body: { stop_ids: order } }))
        return
      }
      const body = { run_id: held.toRun, position: position(runs.value, held) }
      const changed = await api.post('/api/v1/stops/{stop_id}/move', { params: { path: { stop_id: held.stopId } }, body })
      if (changed.length === 2) merge(changed)
      else await load() // its last stop gone, the giver is no run any more
    })

  onBeforeUnmount(() => clearTimeout(timer))
  return { day, facts, runs, plans, plan, fault, refusal, busy, solving, drafts, locks, load, start, stop, zone, restore, publish, step, lockRun, lockStop, putDown }
}

export type PlanDay = ReturnType<typeof usePlanDay>
