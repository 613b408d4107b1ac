/** What the map page asks the API for: the one place where its answers become the map's shapes. */
import { reactive, shallowRef } from 'vue'
import { api } from '../../api/client'
import { holds } from '../../api/me'
import { Problem } from '../../api/problem'
import { t } from '../../i18n'
import type { MapState } from '../../map/view'
import { toRun, type RawRun } from './answers'
import { NO_FEATURES, type Features, type Flow, type MapRun } from '../../map/shapes'

export interface Account {
  donor: { id: string; name: string }
  month: {
    grams: number
    households_about: number | null
    delivered: number
    on_the_way: number
    in_hub: number
    loss: number
  }
  cells: { label: string; households_about: number | null; grams: number }[]
}

const ASK_AFTER_MS = 220
/** A margin, so that a small move needs no new answer. */
const MARGIN = 0.25

export function useMapData() {
  const features = shallowRef<Features>(NO_FEATURES)
  const runs = shallowRef<MapRun[]>([])
  const mine = shallowRef<ReadonlySet<string>>(new Set())
  const flows = shallowRef<Flow[]>([])
  const account = shallowRef<Account | null>(null)
  const state = reactive({ loading: true, fault: '' })
  let timer: ReturnType<typeof setTimeout> | undefined
  let asking: AbortController | null = null

  async function loadFeatures(view: MapState): Promise<void> {
    asking?.abort()
    asking = new AbortController()
    const [w, s, e, n] = view.box
    const dx = (e - w) * MARGIN
    const dy = (n - s) * MARGIN
    const bbox = [w - dx, s - dy, e + dx, n + dy].map((v) => v.toFixed(6)).join(',')
    state.loading = true
    try {
      const query = { bbox, zoom: Math.round(view.zoom) }
      features.value = (await api.get('/api/v1/map/features', { params: { query }, signal: asking.signal })) as unknown as Features
      state.fault = ''
      state.loading = false
    } catch (cause) {
      if (cause instanceof DOMException) return
      state.fault = sentence(cause)
      state.loading = false
    }
  }

  /** Asks once the map has come to rest. */
  function viewMoved(view: MapState): void {
    clearTimeout(timer)
    timer = setTimeout(() => void loadFeatures(view), ASK_AFTER_MS)
  }

  async function loadRuns(): Promise<void> {
    const found = (await api.get('/api/v1/map/runs', { params: { query: { day: 'today' } } })) as RawRun[]
    runs.value = found.map(toRun)
    if (holds('volunteer')) await loadMine()
  }

  /** Which of them are this volunteer's own; without an answer none is called theirs. */
  async function loadMine(): Promise<void> {
    const own = (await api.get('/api/v1/my/runs').catch(() => [])) as { id: string }[]
    mine.value = new Set(own.map((run) => run.id))
  }

  /** A donor's month; null shows everybody's flows. Answers that come too late are dropped. */
  let wanted: string | null = null
  async function loadDonor(id: string | null): Promise<void> {
    wanted = id
    account.value = null
    const query = id ? { donor_id: id } : {}
    const [moving, month] = await Promise.allSettled([
      api.get('/api/v1/map/flows', { params: { query } }) as Promise<Flow[]>,
      id ? (api.get('/api/v1/donors/{donor_id}/account', { params: { path: { donor_id: id } } }) as Promise<Account>) : null,
    ])
    if (wanted !== id) return
    flows.value = moving.status === 'fulfilled' ? moving.value : []
    account.value = month.status === 'fulfilled' ? month.value : null
  }

  return { features, runs, mine, flows, account, state, viewMoved, loadFeatures, loadRuns, loadDonor }
}

export type MapData = ReturnType<typeof useMapData>

export const sentence = (cause: unknown): string => (cause instanceof Problem ? cause.sentence : t('error.title'))
