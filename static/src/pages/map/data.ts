/** What the map page asks the API for: the one place where its answers become the map's shapes. */
import { reactive, shallowRef } from 'vue'
import { api, type Answer } from '../../api/client'
import { holds, me } from '../../api/me'
import { Problem } from '../../api/problem'
import { t } from '../../i18n'
import type { MapState } from '../../map/view'
import { toFeatures, toFlows, toRun } from './answers'
import { NO_FEATURES, type Features, type Flow, type MapRun } from '../../map/shapes'

export type Account = Answer<'/api/v1/donors/{donor_id}/account', 'get'>

const ASK_AFTER_MS = 220
/** A margin, so that a small move needs no new answer. */
const MARGIN = 0.25
/** Everything this person may see, wherever it lies. */
const EVERYWHERE = '-180,-85,180,85'
/** Farther out than a city households come as areas alone; from here they come as points. */
const AREAS_ZOOM = 7
const POINTS_ZOOM = 8

export function useMapData() {
  const features = shallowRef<Features>(NO_FEATURES)
  /** For the first view, and for what an address names outside of it; empty until asked for. */
  const whole = shallowRef<Features>(NO_FEATURES)
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
      features.value = toFeatures(await api.get('/api/v1/map/features', { params: { query }, signal: asking.signal }))
      state.fault = ''
      state.loading = false
    } catch (cause) {
      if (cause instanceof DOMException) return
      state.fault = sentence(cause)
      state.loading = false
    }
  }

  /** All sites, hubs and areas; with `points` the households too, for those who may see them. An answer that fails leaves what was there. */
  async function loadWhole(points = false): Promise<void> {
    const query = { bbox: EVERYWHERE, zoom: points ? POINTS_ZOOM : AREAS_ZOOM }
    const found = await api.get('/api/v1/map/features', { params: { query } }).catch(() => null)
    if (found) whole.value = toFeatures(found)
  }

  /** Asks once the map has come to rest. */
  function viewMoved(view: MapState): void {
    clearTimeout(timer)
    timer = setTimeout(() => void loadFeatures(view), ASK_AFTER_MS)
  }

  async function loadRuns(): Promise<void> {
    try {
      runs.value = (await api.get('/api/v1/map/runs', { params: { query: { day: 'today' } } })).map(toRun)
    } catch (cause) {
      state.fault ||= sentence(cause)
    }
    if (holds('volunteer')) await loadMine()
  }

  /** Which of them are this volunteer's own; without an answer none is called theirs. */
  async function loadMine(): Promise<void> {
    const own = await api.get('/api/v1/my/runs').catch(() => [])
    mine.value = new Set(own.map((run) => run.id))
  }

  /** Where a donor's or a lot's food went, and a donor's month for those who may see it; null clears both. */
  let wanted = 0
  async function loadFlows(of: { donor_id: string } | { lot_id: string } | null): Promise<void> {
    const turn = ++wanted
    flows.value = []
    account.value = null
    if (!of) return
    const path = 'donor_id' in of && seesAccount(of.donor_id) ? { donor_id: of.donor_id } : null
    const [moving, month] = await Promise.allSettled([
      api.get('/api/v1/map/flows', { params: { query: of } }),
      path ? api.get('/api/v1/donors/{donor_id}/account', { params: { path } }) : null,
    ])
    // Answers that come too late are dropped.
    if (turn !== wanted) return
    flows.value = moving.status === 'fulfilled' ? toFlows(moving.value) : []
    account.value = month.status === 'fulfilled' ? month.value : null
  }

  return { features, whole, runs, mine, flows, account, state, viewMoved, loadFeatures, loadWhole, loadRuns, loadFlows }
}

/** A donor's month is for planners and for the donor's own contact. */
const seesAccount = (donorId: string): boolean => holds('coordinator', 'organisation_admin') || me.value?.person.donor_id === donorId

export type MapData = ReturnType<typeof useMapData>

export const sentence = (cause: unknown): string => (cause instanceof Problem ? cause.sentence : t('error.title'))
