/** What is chosen, searched and switched on the map page, and how the map and the address bar follow it. */
import { onBeforeUnmount, onMounted, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import type { Me } from '../../api/me'
import { t } from '../../i18n'
import { readAddress, writeAddress } from '../../map/address'
import type { Box, Layers, LngLat, Target } from '../../map/shapes'
import { FoodMap, type MapState, type Room } from '../../map/view'
import { useMapData } from './data'
import { find } from './list'
import { useDrawing, usePicture, type Wishes } from './picture'
import { useTrip } from './trip'

const START_ZOOM = 13
/** A cluster of one house is listed once the map has come to rest over it. */
const CROWD_AFTER_MS = 400

const noWishes = (): Wishes => ({
  words: ref(''),
  layers: ref<Layers>({ donor: true, recipient: true, hub: true, run: true }),
  chosen: shallowRef<Target | null>(null),
  crowd: shallowRef<Target[] | null>(null),
  view: reactive<MapState>({ zoom: START_ZOOM, lat: 0, lng: 0, box: [0, 0, 0, 0] as Box }),
})

export function useMapPage(host: Ref<HTMLElement | null>, organisation: Me['organisation'], room: () => Room) {
  const data = useMapData()
  const trip = useTrip()
  const wishes = noWishes()
  const { chosen, crowd, view } = wishes
  const map = shallowRef<FoodMap | null>(null)
  const picture = usePicture(data, trip, wishes)
  useDrawing(map, data, trip, wishes, picture)

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
    if (line) map.value?.fit(line.geometry, room())
    const place = find(data.features.value, target)
    if (place) reveal(place.lng, place.lat)
  }

  const reveal = (lng: number, lat: number): void => map.value?.reveal(lng, lat, room())
  watch(trip.preview, (now, before) => {
    if (now && !before) requestAnimationFrame(() => map.value?.fit(now.geometry, room()))
  })

  const start = (pick: (target: Target) => void): void =>
    useFoodMap(host, organisation, map, {
      moved,
      pick,
      crowd: (members) => setTimeout(() => (crowd.value = members), CROWD_AFTER_MS),
      ground: () => !trip.on.value && choose(null),
      ready: async (target) => {
        if (map.value) Object.assign(view, map.value.state())
        chosen.value = target
        await Promise.allSettled([data.loadFeatures(view), data.loadRuns()])
        choose(target)
      },
      went: choose,
    })

  const zoomBy = (steps: 1 | -1): void => map.value?.zoomBy(steps)
  return { data, trip, ...wishes, ...picture, choose, reveal, start, zoomBy }
}

interface Heard {
  moved: (state: MapState) => void
  pick: (target: Target) => void
  crowd: (members: Target[]) => void
  ground: () => void
  /** The map stands; the address bar named `target`. */
  ready: (target: Target | null) => void
  /** Somebody changed the address bar. */
  went: (target: Target | null) => void
}

/** The map's life: made where the address bar says, resized with the window, taken away with the page. */
function useFoodMap(host: Ref<HTMLElement | null>, organisation: Me['organisation'], map: Ref<FoodMap | null>, heard: Heard): void {
  const watcher = new ResizeObserver(() => map.value?.resized())

  function onHash(): void {
    const address = readAddress(location.hash)
    if (!address) return
    map.value?.goTo(address.lng, address.lat, address.zoom)
    heard.went(address.chosen)
  }

  onMounted(() => {
    if (!host.value) return
    const address = readAddress(location.hash)
    const center: LngLat = address ? [address.lng, address.lat] : organisation.center
    map.value = new FoodMap(host.value, {
      center,
      zoom: address?.zoom ?? START_ZOOM,
      tiles: organisation.tiles,
      label: t('map.label'),
      onMove: heard.moved,
      onPick: heard.pick,
      onCrowd: heard.crowd,
      onGround: heard.ground,
    })
    watcher.observe(host.value)
    addEventListener('hashchange', onHash)
    // /?donor=… is how the donor's home leads to its flows.
    const donor = new URLSearchParams(location.search).get('donor')
    heard.ready(address?.chosen ?? (donor ? { kind: 'donor', id: donor } : null))
  })
  onBeforeUnmount(() => {
    watcher.disconnect()
    removeEventListener('hashchange', onHash)
    map.value?.destroy()
  })
}
