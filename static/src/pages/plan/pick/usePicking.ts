/** Stops that are circled on the map or ticked in the list, and who shall get them. */
import { computed, ref, watch } from 'vue'
import type { LngLat } from '../../../map/shapes'
import type { PlanDay } from '../usePlanDay'
import { pickable, weighed } from './picking'

export function usePicking(plan: PlanDay) {
  const on = ref(false)
  const stops = ref<ReadonlySet<string>>(new Set())
  const people = ref<string[]>([])
  const open = computed(() => pickable(plan.runs.value))
  const load = computed(() => weighed(open.value, stops.value))
  /** Who drives a run that people count on: no second one is made for them. */
  const promised = computed(() => new Set(plan.runs.value.filter((run) => run.state !== 'draft').map((run) => run.volunteer_id)))

  function set(next: boolean): void {
    on.value = next
    stops.value = new Set()
    people.value = []
  }
  function toggle(stopId: string): void {
    if (!open.value.some((stop) => stop.id === stopId)) return
    const next = new Set(stops.value)
    if (!next.delete(stopId)) next.add(stopId)
    stops.value = next
  }
  /** A second ring adds to the first. */
  function circled(holds: (at: LngLat) => boolean): void {
    const inside = open.value.filter((stop) => holds([stop.point.lng, stop.point.lat])).map((stop) => stop.id)
    stops.value = new Set([...stops.value, ...inside])
  }
  async function give(): Promise<void> {
    const still = open.value.filter((stop) => stops.value.has(stop.id)).map((stop) => stop.id)
    await plan.zone(still, people.value)
    if (!plan.refusal.value) set(false)
  }
  watch(plan.solving, (now) => now && set(false))
  watch(plan.day, () => set(false))
  return { on, stops, people, load, promised, set, toggle, circled, give }
}

export type Picking = ReturnType<typeof usePicking>
