import { createRenderer, nextTick } from 'vue'
import { describe, expect, test } from 'vitest'
import type { Run } from '../src/pages/plan/moves'
import { usePicking } from '../src/pages/plan/pick/usePicking'
import { useHand } from '../src/pages/plan/useHand'
import { usePlanDay, type Plan, type PlanDay } from '../src/pages/plan/usePlanDay'

/** A page without a window: what a component sets up lives, and nothing is drawn. */
const bare = createRenderer<object, object>({
  insert: () => undefined, remove: () => undefined, patchProp: () => undefined, setText: () => undefined, setElementText: () => undefined,
  createElement: () => ({}), createText: () => ({}), createComment: () => ({}), parentNode: () => null, nextSibling: () => null,
})
function onPage<T>(setUp: (plan: PlanDay) => T): { plan: PlanDay; made: T } {
  let kept: { plan: PlanDay; made: T } | null = null
  bare.createApp({
    setup() {
      const plan = usePlanDay()
      kept = { plan, made: setUp(plan) }
      return () => null
    },
  }).mount({})
  return kept as unknown as { plan: PlanDay; made: T }
}

const stop = (id: string, more: object = {}) => ({ id, kind: 'deliver', households: 1, grams: 4000, locked: false, ...more })
const run = (id: string, stops: object[], more: object = {}) => ({ id, state: 'draft', locked: false, volunteer_id: `by-${id}`, stops, ...more }) as unknown as Run
const solving = { id: 'plan', state: 'solving', day: '2026-11-24' } as unknown as Plan

describe('a stop in the hand', () => {
  const holding = () => {
    const page = onPage(useHand)
    page.plan.runs.value = [run('one', [stop('a'), stop('b')])]
    page.made.take('a')
    return page
  }
  test('is let go when it is no longer there', async () => {
    const { plan, made } = holding()
    plan.runs.value = [run('one', [stop('a2'), stop('b')])]
    await nextTick()
    expect(made.held.value).toBeNull()
  })
  test('is let go when the day is solved anew', async () => {
    const { plan, made } = holding()
    plan.plan.value = solving
    await nextTick()
    expect(made.held.value).toBeNull()
  })
  test('stays when another run changes', async () => {
    const { plan, made } = holding()
    plan.runs.value = [...plan.runs.value, run('two', [stop('c')])]
    await nextTick()
    expect(made.held.value?.stopId).toBe('a')
  })
  test('is neither taken back nor put down twice while it is being put down', async () => {
    const { plan, made } = holding()
    plan.busy.value = 'move'
    made.letGo()
    await made.drop()
    expect(made.held.value?.stopId).toBe('a')
  })
})

describe('stops that are ticked', () => {
  const picking = () => {
    const page = onPage(usePicking)
    page.plan.runs.value = [run('one', [stop('a'), stop('b', { locked: true })]), run('two', [stop('c')], { locked: true }), run('three', [stop('d')], { state: 'claimed' })]
    return page
  }
  test('are ticked and unticked, and only those that are open', () => {
    const { made } = picking()
    for (const id of ['a', 'b', 'c', 'd', 'gone']) made.toggle(id)
    expect([...made.stops.value]).toEqual(['a'])
    made.toggle('a')
    expect(made.stops.value.size).toBe(0)
  })
  test('do not count once somebody has locked them', () => {
    const { plan, made } = picking()
    made.toggle('a')
    plan.runs.value = [run('one', [stop('a', { locked: true })])]
    expect(made.load.value.stops).toBe(0)
  })
  test('go to nobody whose run people count on', () => expect([...picking().made.promised.value]).toEqual(['by-three']))
})
