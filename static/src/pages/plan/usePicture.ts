/** What the map shows now: two plannings, the best so far while one is solved, or the runs as they stand. */
import { computed } from 'vue'
import type { PlanPicture } from '../../map/planMap'
import type { Compare } from './compare/useCompare'
import { stays } from './figures'
import type { Picking } from './pick/usePicking'
import { bestLines, comparedLines, runLines } from './picture'
import type { PlanDay } from './usePlanDay'
import type { View } from './useView'

export function usePicture(plan: PlanDay, view: View, picking: Picking, compare: Compare) {
  /** The drafts give way to the best so far as soon as there is one. */
  const routes = computed(() => (plan.solving.value ? (plan.plan.value?.best.routes ?? []) : []))
  const stay = computed(() => (routes.value.length ? plan.runs.value.filter(stays) : plan.runs.value))
  const live = computed(() => bestLines(routes.value, stay.value))
  const compared = computed(() => (compare.on.value && compare.answer.value ? comparedLines(compare.answer.value.volunteers) : null))
  const hubs = computed(() => (plan.facts.value?.hubs ?? []).map((hub) => ({ name: hub.name, at: [hub.point.lng, hub.point.lat] as [number, number] })))
  const lines = computed(() => compared.value ?? [...runLines(stay.value), ...live.value])
  /** A line that is gone no longer makes the others step back. */
  const chosen = computed(() => (lines.value.some((line) => line.id === view.chosen.value) ? view.chosen.value : null))
  const picture = computed((): PlanPicture => ({ lines: lines.value, chosen: chosen.value, hubs: hubs.value, marked: picking.stops.value }))
  /** A new word frames the map anew. */
  const framing = computed(() => `${plan.day.value} ${plan.plan.value?.id ?? ''} ${routes.value.length > 0} ${compare.on.value}`)
  return { picture, framing, routes, live, stay }
}
