/** A stop in somebody's hand: picked up, led over the columns with mouse, finger or keys, put down, taken back. */
import { computed, nextTick, ref, watch } from 'vue'
import { toast } from '../../components/toasts'
import { t } from '../../i18n'
import { pickUp, placed, rows, shown, stepped, takenBack, unmoved, type Direction, type Held } from './moves'
import { refusalOf } from './preview'
import type { PlanDay } from './usePlanDay'
import { usePreview } from './usePreview'

export function useHand(plan: PlanDay) {
  const { runs, solving, busy } = plan
  const held = ref<Held | null>(null)
  const back = ref<Held | null>(null)
  const said = ref('')
  const { preview, fault, asking, seen } = usePreview(runs, held)
  const columns = computed(() => runs.value.map((run) => ({ run, rows: rows(runs.value, run, held.value) })))

  // What is no longer there, or is being solved anew, slips out of the hand.
  watch([runs, solving], () => {
    if (held.value && (solving.value || !pickUp(runs.value, held.value.stopId))) held.value = null
  })

  async function focusOn(stopId: string): Promise<void> {
    await nextTick()
    document.getElementById(`stop-${stopId}`)?.focus()
  }
  function take(stopId: string, dragged = false): void {
    if (solving.value || busy.value) return
    held.value = pickUp(runs.value, stopId, dragged)
    if (held.value) said.value = t('plan.picked_up')
  }
  function tell(now: Held): void {
    const run = runs.value.find((one) => one.id === now.toRun)
    said.value = t('plan.now_at', { run: run?.number ?? '', n: now.toIndex + 1 })
  }
  function to(now: Held): void {
    const was = held.value
    if (!was || (was.toRun === now.toRun && was.toIndex === now.toIndex)) return
    held.value = now
    tell(now)
    if (!now.dragged) void focusOn(now.stopId)
  }
  const step = (direction: Direction): void => void (held.value && to(stepped(runs.value, held.value, direction)))
  const over = (runId: string, index: number): void => void (held.value && to(placed(runs.value, held.value, runId, index)))

  function letGo(): void {
    const id = held.value?.stopId
    if (!id || busy.value === 'move') return // it is being put down: the end of the dragging takes nothing back
    held.value = null
    said.value = t('plan.put_back')
    void focusOn(id)
  }

  /** Refused without asking when the preview has said already that a rule breaks. */
  async function drop(): Promise<void> {
    const now = held.value
    if (!now || busy.value) return
    if (unmoved(now)) return letGo()
    const refused = refusalOf(seen.value)
    if (refused) {
      letGo()
      plan.refusal.value = said.value = refused
      return
    }
    await put(now)
  }

  async function put(now: Held): Promise<void> {
    const before = runs.value
    const order = shown(before, now).find((run) => run.id === now.toRun)?.stops.map((stop) => stop.id) ?? []
    await plan.putDown(now, order)
    held.value = null
    said.value = plan.refusal.value || t('plan.put_down')
    const refused = Boolean(plan.refusal.value)
    back.value = refused ? back.value : takenBack(before, runs.value, now)
    if (!refused && back.value) toast(t('plan.moved'), { undo: () => void undo() })
    // Its times are new, and so is the stop: it is found again by its place.
    const stop = runs.value.find((run) => run.id === now.toRun)?.stops[now.toIndex]
    if (refused) void focusOn(now.stopId)
    else if (stop) void focusOn(stop.id)
  }

  /** Takes the last move back, once. */
  async function undo(): Promise<void> {
    const now = back.value
    back.value = null
    if (!now || !runs.value.some((run) => run.stops.some((stop) => stop.id === now.stopId))) return
    await put(placed(runs.value, now, now.toRun, now.toIndex))
    back.value = null
    if (!plan.refusal.value) said.value = t('plan.undone')
  }

  return { held, back, said, columns, preview, fault, asking, seen, take, step, over, letGo, drop, undo }
}

export type Hand = ReturnType<typeof useHand>
