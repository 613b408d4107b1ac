/** What is chosen, searched and switched on the map page, and how the map follows it. */
import { computed, onBeforeUnmount, onMounted, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import type { Me } from '../../api/me'
import { lang, t } from '../../i18n'
import { readAddress, writeAddress } from '../../map/address'
import { loadDistricts } from '../../map/districts'
import type { Box, Layers, LngLat, Target } from '../../map/shapes'
import { FoodMap, type MapState, type Room } from '../../map/view'
import { useMapData } from './data'
import { entries, find, households, search, within } from './list'
import { useTrip } from './trip'

const START_ZOOM = 13
const DRAFT = 'draft'

export function useMapPage(host: Ref<HTMLElement | null>, organisation: Me['organisation'], room: () => Room) {
  const data = useMapData()
  const trip = useTrip()
  const words = ref('')
  const layers = ref<Layers>({ donor: true, recipient: true, hub: true, run: true })
  const chosen = shallowRef<Target | null>(null)
  const crowd = shallowRef<Target[] | null>(null)
  const view = reactive<MapState>({ zoom: START_ZOOM, lat: 0, lng: 0, box: [0, 0, 0, 0] as Box })
  let map: FoodMap | null = null

  const found = computed(() => search(data.features.value, words.value))
  const here = computed(() => (words.value.trim() ? found.value : within(found.value, view.box, layers.value)))
  const listed = computed(() => {
    const all = entries(here.value)
    const some = crowd.value
    return some ? all.filter((e) => some.some((c) => c.kind === e.kind && c.id === e.id)) : all
  })
  const inSight = computed(() => ({ donors: here.value.donors.length, ...households(here.value) }))
  const entry = computed(() => find(data.features.value, chosen.value))
  const run = computed(() => data.runs.value.find((r) => chosen.value?.kind === 'run' && r.id === chosen.value.id) ?? null)
  /** A run that is gone must not dim the rest. */
  const shown = computed(() => (chosen.value?.kind === 'run' && !run.value ? null : chosen.value))
  const draftNumber = computed(() => data.runs.value.length + 1)
  const lines = computed(() => {
    const preview = trip.preview.value
    if (!trip.on.value) return data.runs.value
    return preview ? [{ id: DRAFT, number: draftNumber.value, geometry: preview.geometry, stops: preview.stops }] : []
  })

  function draw(): void {
    const drafting = trip.on.value && trip.preview.value
    map?.show({
      features: found.value,
      layers: drafting ? { donor: false, recipient: false, hub: true, run: true } : layers.value,
      chosen: drafting ? { kind: 'run', id: DRAFT } : shown.value,
      picked: trip.on.value ? trip.keys.value : new Set<string>(),
      runs: lines.value,
      cellWords: (cell) => t('map.about_n', { n: cell.households }),
    })
  }

  function drawFlows(): void {
    const one = chosen.value?.kind === 'donor'
    map?.showFlows({
      // While a trip or a run is looked at, the month's flows would only be in the way.
      flows: trip.on.value || chosen.value?.kind === 'run' || !layers.value.donor ? [] : data.flows.value,
      chosen: one,
      label: (flow) => (flow.households ? t('map.about_n', { n: flow.households }) : ''),
    })
  }

  const say = (): void =>
    history.replaceState(null, '', location.pathname + location.search + writeAddress({ ...view, chosen: chosen.value }))

  function moved(state: MapState): void {
    Object.assign(view, state)
    crowd.value = null
    say()
    data.viewMoved(state)
  }

  function choose(target: Target | null): void {
    chosen.value = target
    say()
    const donor = target?.kind === 'donor' ? target.id : null
    // The card's size, and with it the free room, is known only once it is filled.
    void data.loadDonor(donor).then(() => requestAnimationFrame(() => target && chosen.value === target && bring(target)))
  }

  function bring(target: Target): void {
    const line = data.runs.value.find((r) => target.kind === 'run' && r.id === target.id)
    if (line) map?.fit(line.geometry, room())
    const place = find(data.features.value, target)
    if (place) map?.reveal(place.lng, place.lat, room())
  }

  const fit = (places: readonly LngLat[]): void => map?.fit(places, room())
  const reveal = (lng: number, lat: number): void => map?.reveal(lng, lat, room())
  const districts = async (): Promise<void> => map?.setDistricts(await loadDistricts(), lang.value === 'en')

  function onHash(): void {
    const address = readAddress(location.hash)
    if (!address) return
    map?.goTo(address.lng, address.lat, address.zoom)
    if (address.chosen) choose(address.chosen)
  }

  let watcher: ResizeObserver | null = null
  function start(pick: (target: Target) => void): void {
    onMounted(async () => {
      if (!host.value) return
      const address = readAddress(location.hash)
      const center: LngLat = address ? [address.lng, address.lat] : organisation.center
      map = new FoodMap(host.value, {
        center,
        zoom: address?.zoom ?? START_ZOOM,
        tiles: organisation.tiles,
        label: t('map.label'),
        onMove: moved,
        onPick: pick,
        onCrowd: (members) => setTimeout(() => (crowd.value = members), 400),
        onGround: () => !trip.on.value && choose(null),
      })
      watcher = new ResizeObserver(() => map?.resized())
      watcher.observe(host.value)
      addEventListener('hashchange', onHash)
      chosen.value = address?.chosen ?? null
      Object.assign(view, map.state())
      void districts()
      await Promise.allSettled([data.loadFeatures(map.state()), data.loadRuns(), data.loadDonor(chosen.value?.kind === 'donor' ? chosen.value.id : null)])
      draw()
      drawFlows()
    })
  }
  onBeforeUnmount(() => {
    watcher?.disconnect()
    removeEventListener('hashchange', onHash)
    map?.destroy()
  })

  watch([found, layers, chosen, lines, trip.keys, trip.on, lang], draw)
  watch([data.flows, chosen, layers, trip.on, lang], drawFlows)
  watch(lang, districts)
  watch(trip.preview, (now, before) => {
    if (now && !before) requestAnimationFrame(() => fit(now.geometry))
  })

  return { data, trip, words, layers, chosen, view, listed, inSight, entry, run, draftNumber, choose, fit, reveal, start, zoomBy: (n: 1 | -1) => map?.zoomBy(n) }
}
