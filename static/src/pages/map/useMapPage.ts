/** What is chosen, searched and switched on the map page, and how the map and the address bar follow it. */
import { onBeforeUnmount, onMounted, reactive, ref, shallowRef, watch, type Ref } from 'vue'
import type { Me } from '../../api/me'
import { t } from '../../i18n'
import { readAddress, writeAddress } from '../../map/address'
import { loadGround } from '../../map/groundAnswer'
import type { Box, Layers, LngLat, Target } from '../../map/shapes'
import { FoodMap, type MapState, type Room } from '../../map/view'
import { useMapData } from './data'
import { find, placesOf, siteOf, within } from './list'
import { useDrawing, usePicture, type Wishes } from './picture'
import { useTrip } from './trip'

const START_ZOOM = 12
/** A single site is shown with its neighbourhood: with streets around it from nearer than on the plain ground. */
const FIRST_ZOOM_MAX = { streets: 16, plain: 14 }
/** A sheet at the foot of a phone is higher than the day's line on the desk. */
const TRAY_PX = 150
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

  // What /?donor=, ?run= or ?lot= asked for is in the view from here on.
  const say = (): void => history.replaceState(null, '', location.pathname + writeAddress({ ...view, chosen: chosen.value }))

  function moved(state: MapState): void {
    Object.assign(view, state)
    crowd.value = null
    say()
    data.viewMoved(state)
  }

  async function choose(asked: Target | null): Promise<void> {
    chosen.value = asked
    await seek(asked)
    if (chosen.value !== asked) return
    const id = asked?.kind === 'donor' ? (siteOf(data.features.value, asked.id) ?? siteOf(data.whole.value, asked.id)) : null
    const target = (chosen.value = asked && id ? { kind: asked.kind, id } : asked)
    say()
    const one = find(data.features.value, target) ?? find(data.whole.value, target)
    await data.loadFlows(one?.kind === 'donor' ? { donor_id: one.donor.donor_id } : null)
    // The card's size, and with it the free room, is known only once it is filled.
    requestAnimationFrame(() => target && chosen.value === target && bring(target))
  }

  /** Asks for what lies outside the window, as an address may name it. */
  async function seek(target: Target | null): Promise<void> {
    if (!target || target.kind === 'run' || siteOf(data.features.value, target.id) || find(data.features.value, target)) return
    if (!data.whole.value.donors.length || target.kind === 'recipient') await data.loadWhole(target.kind === 'recipient')
  }

  function bring(target: Target): void {
    const line = data.runs.value.find((r) => target.kind === 'run' && r.id === target.id)
    if (line) map.value?.fit(line.geometry, room())
    const place = find(data.features.value, target) ?? find(data.whole.value, target)
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
      ready: async (link) => {
        if (map.value) Object.assign(view, map.value.state())
        await Promise.allSettled([link.placed ? data.loadFeatures(view) : data.loadWhole(true), data.loadRuns()])
        if (!link.placed) await firstView()
        if (link.lot) await data.loadFlows({ lot_id: link.lot })
        else await choose(link.target)
        // A link to a donor or lot without a view shows how far its food went.
        if (!link.placed && data.flows.value.length) map.value?.fit(data.flows.value.flatMap((flow) => [flow.from, flow.to]), room())
      },
      went: choose,
    })

  /** All of today in the window. Where there is nothing yet, the organisation's middle stays. */
  async function firstView(): Promise<void> {
    const { tiles, layer } = await loadGround()
    const places = placesOf(data.whole.value, data.runs.value, organisation.center)
    if (places.length) map.value?.fit(places, room(), tiles || layer ? FIRST_ZOOM_MAX.streets : FIRST_ZOOM_MAX.plain)
    else void data.loadFeatures(view)
  }

  /** A tray has come up over a part of the map: what was in sight goes into the rest, not closer than before. */
  function makeRoom(): void {
    const { bottom } = room()
    if (bottom < TRAY_PX) return
    const places = placesOf(within(data.features.value, view.box, wishes.layers.value), [])
    map.value?.fit(places, room(), view.zoom)
  }

  const zoomBy = (steps: 1 | -1): void => map.value?.zoomBy(steps)
  return { data, trip, ...wishes, ...picture, choose, reveal, makeRoom, start, zoomBy }
}

/** What the address bar names. */
interface Link {
  target: Target | null
  lot: string | null
  /** It names a view too. */
  placed: boolean
}

/** The hash is ours; /?donor=, /?run= and /?lot= are how other pages lead here. */
function readLink(): Link {
  const address = readAddress(location.hash)
  const query = new URLSearchParams(location.search)
  const named = (['donor', 'run'] as const).flatMap((kind) => (query.get(kind) ? [{ kind, id: query.get(kind) ?? '' }] : []))
  return { target: address?.chosen ?? named[0] ?? null, lot: query.get('lot'), placed: Boolean(address) }
}

interface Heard {
  moved: (state: MapState) => void
  pick: (target: Target) => void
  crowd: (members: Target[]) => void
  ground: () => void
  /** The map stands where the address bar said. */
  ready: (link: Link) => void
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
      label: t('map.label'),
      onMove: heard.moved,
      onPick: heard.pick,
      onCrowd: heard.crowd,
      onGround: heard.ground,
    })
    watcher.observe(host.value)
    addEventListener('hashchange', onHash)
    heard.ready(readLink())
  })
  onBeforeUnmount(() => {
    watcher.disconnect()
    removeEventListener('hashchange', onHash)
    map.value?.destroy()
  })
}
