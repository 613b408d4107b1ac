/** From what is known and chosen to what the map and its list show. */
import { computed, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { lang, t } from '../../i18n'
import { textSize } from '../../i18n/textSize'
import { loadGround } from '../../map/groundAnswer'
import type { Features, Layers, Target } from '../../map/shapes'
import type { FoodMap, MapState } from '../../map/view'
import type { MapData } from './data'
import { entries, find, households, search, within, withEntry, type Entry } from './list'
import type { Trip } from './trip'

/** The route of a trip that is not claimed yet. */
const DRAFT = 'draft'

/** What a person has set on the page. */
export interface Wishes {
  words: Ref<string>
  layers: Ref<Layers>
  chosen: ShallowRef<Target | null>
  /** The members of a cluster that cannot be opened further. */
  crowd: ShallowRef<Target[] | null>
  view: MapState
}

export function usePicture(data: MapData, trip: Trip, wishes: Wishes) {
  const { words, layers, chosen, crowd, view } = wishes
  const found = computed(() => search(data.features.value, words.value))
  const here = computed(() => (words.value.trim() ? found.value : within(found.value, view.box, layers.value)))
  const listed = computed(() => {
    const all = entries(here.value)
    const some = crowd.value
    return some ? all.filter((e) => some.some((c) => c.kind === e.kind && c.id === e.id)) : all
  })
  const inSight = computed(() => ({ donors: here.value.donors.length, ...households(here.value) }))
  const entry = useEntry(data, chosen)
  const run = computed(() => data.runs.value.find((r) => chosen.value?.kind === 'run' && r.id === chosen.value.id) ?? null)
  /** A run that is gone must not dim the rest. */
  const shown = computed(() => (chosen.value?.kind === 'run' && !run.value ? null : chosen.value))
  const draftNumber = computed(() => data.runs.value.length + 1)
  const lines = computed(() => {
    const preview = trip.preview.value
    if (!trip.on.value) return data.runs.value
    return preview ? [{ id: DRAFT, number: draftNumber.value, geometry: preview.geometry, stops: preview.stops }] : []
  })
  /** The chosen one stays on the map when a search or the window leaves it out. */
  const pictured = computed((): Features => withEntry(found.value, entry.value))
  return { listed, inSight, entry, run, shown, draftNumber, lines, pictured }
}

/** What is chosen, wherever it lies: in sight, far away, or once seen. */
function useEntry(data: MapData, chosen: ShallowRef<Target | null>): ComputedRef<Entry | null> {
  let last: Entry | null = null
  return computed(() => {
    const target = chosen.value
    const seen = find(data.features.value, target) ?? find(data.whole.value, target)
    const same = last && last.kind === target?.kind && last.id === target.id
    last = seen ?? (same ? last : null)
    return last
  })
}
export type Picture = ReturnType<typeof usePicture>

/** Keeps the map as the picture says. */
export function useDrawing(map: ShallowRef<FoodMap | null>, data: MapData, trip: Trip, wishes: Wishes, picture: Picture): void {
  const { layers, chosen } = wishes

  function draw(): void {
    const drafting = trip.on.value && trip.preview.value
    map.value?.show({
      features: picture.pictured.value,
      layers: drafting ? { donor: false, recipient: false, hub: true, run: true } : layers.value,
      chosen: drafting ? { kind: 'run', id: DRAFT } : picture.shown.value,
      picked: trip.on.value ? trip.keys.value : new Set<string>(),
      runs: picture.lines.value,
      cellWords: (cell) => t('map.about_n', { n: cell.households }),
    })
  }

  function drawFlows(): void {
    const one = picture.entry.value
    const donor = one?.kind === 'donor' ? one.donor : null
    // While a trip or a run is looked at, the month's flows would only be in the way.
    const away = trip.on.value || chosen.value?.kind === 'run'
    map.value?.showFlows({
      // A donor's flows are those of all its sites: they begin where the person looks.
      flows: away ? [] : data.flows.value.map((flow) => (donor ? { ...flow, from: [donor.lng, donor.lat] } : flow)),
      label: (flow) => (flow.households ? t('map.about_n', { n: flow.households }) : ''),
    })
  }

  const lay = async (): Promise<void> => map.value?.lay(await loadGround())

  watch([map, picture.pictured, layers, picture.shown, picture.lines, trip.keys, trip.on, lang], draw)
  watch([map, data.flows, chosen, picture.entry, trip.on, lang], drawFlows)
  watch([map, lang, textSize], lay)
}
