/** Donors and households as single markers or as clusters that show both shares; hubs always single. */
import L from 'leaflet'
import Supercluster from 'supercluster'
import { besideHubs, clusterSvg, mergeDiscs, type Disc } from './cluster'
import { markIcon, type MarkKind, type MarkState } from './marks'
import type { Features, Layers, Target } from './shapes'

interface One {
  kind: MarkKind
  id: string
  name: string
  lng: number
  lat: number
}
interface Shares {
  donors: number
  recipients: number
}
/** A cluster or a single point, as the index gives it, on the screen. */
interface Found extends Disc {
  lng: number
  lat: number
  shares: Shares
  one: One | null
  cluster: number | null
}
/** What is drawn, by key; a marker whose key and look stay is left alone. */
interface Drawn {
  marker: L.Marker
  look: string
}

/** What is left overlapping after this is merged by what is drawn. */
const CLUSTER_PX = 64
/** Leaflet counts zoom by tiles of 256 px; the radius above is then in screen pixels. */
const TILE_PX = 256
/** From here on every door stands alone; doors of one house are told apart by the list. */
const LAST_CLUSTER_ZOOM = 16
const MOST_MEMBERS = 5000
const keyOf = (kind: string, id: string): string => `${kind}:${id}`
const sharesOf = ({ kind }: One): Shares => ({ donors: kind === 'donor' ? 1 : 0, recipients: kind === 'recipient' ? 1 : 0 })

const members = (index: Supercluster<{ one: One }, Shares>, group: Found[]): One[] =>
  group.flatMap(({ one, cluster }) => (one ? [one] : index.getLeaves(cluster ?? 0, MOST_MEMBERS).map((leaf) => leaf.properties.one)))

export class Points {
  private readonly group: L.LayerGroup
  private readonly drawn = new Map<string, Drawn>()
  private index = new Supercluster<{ one: One }, Shares>({ radius: CLUSTER_PX })
  private alone: One[] = []
  private chosen: Target | null = null
  private picked = new Set<string>()

  constructor(
    private readonly map: L.Map,
    private readonly onPick: (target: Target) => void,
    private readonly onCrowd: (members: Target[]) => void,
  ) {
    this.group = L.layerGroup().addTo(map)
    map.on('moveend', () => this.draw())
  }

  /** New contents, choice or switches: points that must be seen are kept out of the clusters. */
  set(features: Features, layers: Layers, chosen: Target | null, picked: ReadonlySet<string>): void {
    this.chosen = chosen
    this.picked = new Set(picked)
    const crowd: One[] = []
    this.alone = []
    const put = (one: One): void => {
      const key = keyOf(one.kind, one.id)
      const seen = this.picked.has(key) || (chosen?.id === one.id && chosen.kind === one.kind)
      if (seen || one.kind === 'hub') this.alone.push(one)
      else crowd.push(one)
    }
    if (layers.donor) for (const d of features.donors) put({ ...d, kind: 'donor' })
    if (layers.recipient) for (const r of features.recipients) put({ ...r, kind: 'recipient', name: r.label })
    if (layers.hub) for (const h of features.hubs) put({ ...h, kind: 'hub' })
    this.index = new Supercluster<{ one: One }, Shares>({
      radius: CLUSTER_PX,
      extent: TILE_PX,
      maxZoom: LAST_CLUSTER_ZOOM,
      map: ({ one }) => sharesOf(one),
      reduce: (sum, next) => {
        sum.donors += next.donors
        sum.recipients += next.recipients
      },
    })
    this.index.load(
      crowd.map((one) => ({ type: 'Feature', properties: { one }, geometry: { type: 'Point', coordinates: [one.lng, one.lat] } })),
    )
    this.draw()
  }

  private draw(): void {
    const wanted = new Set<string>()
    const zoom = Math.floor(this.map.getZoom())
    const found = this.found(zoom)
    const hubs = this.alone.filter((one) => one.kind === 'hub').map((one) => this.map.latLngToLayerPoint([one.lat, one.lng]))
    for (const group of zoom <= LAST_CLUSTER_ZOOM ? mergeDiscs(found) : found.map((f) => [f])) {
      const [first] = group
      if (group.length === 1 && first?.one) this.put(wanted, first.one, 'plain')
      else this.putCluster(wanted, group, hubs)
    }
    for (const one of this.alone) this.put(wanted, one, this.stateOf(one))
    for (const [key, { marker }] of this.drawn) {
      if (wanted.has(key)) continue
      marker.remove()
      this.drawn.delete(key)
    }
  }

  private found(zoom: number): Found[] {
    const b = this.map.getBounds().pad(0.2)
    return this.index.getClusters([b.getWest(), b.getSouth(), b.getEast(), b.getNorth()], zoom).map((feature): Found => {
      const [lng = 0, lat = 0] = feature.geometry.coordinates
      const { x, y } = this.map.latLngToLayerPoint([lat, lng])
      const p = feature.properties
      if (!('cluster_id' in p)) return { x, y, n: 1, lng, lat, shares: sharesOf(p.one), one: p.one, cluster: null }
      const { donors, recipients } = p as Shares
      return { x, y, n: donors + recipients, lng, lat, shares: { donors, recipients }, one: null, cluster: p.cluster_id as number }
    })
  }

  private stateOf(one: One): MarkState {
    if (this.chosen?.id === one.id && this.chosen.kind === one.kind) return 'chosen'
    return this.picked.has(keyOf(one.kind, one.id)) ? 'picked' : 'plain'
  }

  private put(wanted: Set<string>, one: One, state: MarkState): void {
    const key = keyOf(one.kind, one.id)
    const marker = this.upsert(wanted, key, state, one.lng, one.lat, () => markIcon(one.kind, state))
    if (!marker) return
    marker.setZIndexOffset(state === 'plain' ? (one.kind === 'recipient' ? 0 : 200) : 2000)
    marker.on('click', () => this.onPick({ kind: one.kind, id: one.id }))
    marker.bindTooltip(document.createTextNode(one.name) as unknown as HTMLElement, { direction: 'top', offset: [0, -14] })
  }

  private putCluster(wanted: Set<string>, group: Found[], hubs: L.Point[]): void {
    const sum = (of: (f: Found) => number): number => group.reduce((all, f) => all + of(f), 0)
    const n = sum((f) => f.n)
    const spot = besideHubs({ x: sum((f) => f.x * f.n) / n, y: sum((f) => f.y * f.n) / n }, n, hubs)
    const { lng, lat } = this.map.layerPointToLatLng([spot.x, spot.y])
    const [donors, recipients] = [sum((f) => f.shares.donors), sum((f) => f.shares.recipients)]
    const key = `cluster:${lng.toFixed(5)}:${lat.toFixed(5)}`
    const marker = this.upsert(wanted, key, `${donors}/${recipients}`, lng, lat, () => {
      const { html, size } = clusterSvg(donors, recipients)
      return L.divIcon({ html, className: 'mark', iconSize: [size, size], iconAnchor: [size / 2, size / 2] })
    })
    marker?.setZIndexOffset(100)
    // The numbers of clusters hold for this index only; the marker may outlive it.
    const index = this.index
    marker?.on('click', () => this.open(members(index, group)))
  }

  /** The new marker, or null when the one that is there still fits. */
  private upsert(wanted: Set<string>, key: string, look: string, lng: number, lat: number, icon: () => L.DivIcon): L.Marker | null {
    wanted.add(key)
    const old = this.drawn.get(key)
    if (old && old.look === look) {
      old.marker.setLatLng([lat, lng])
      return null
    }
    old?.marker.remove()
    const marker = L.marker([lat, lng], { icon: icon(), keyboard: false }).addTo(this.group)
    this.drawn.set(key, { marker, look })
    return marker
  }

  /** Goes where its members come apart; those of one house are told apart by the list. */
  private open(members: One[]): void {
    const bounds = L.latLngBounds(members.map((one) => [one.lat, one.lng] as [number, number]))
    const closer = Math.max(this.map.getBoundsZoom(bounds.pad(0.1)), this.map.getZoom() + 1)
    if (closer > LAST_CLUSTER_ZOOM) this.onCrowd(members.map(({ kind, id }) => ({ kind, id })))
    this.map.setView(bounds.getCenter(), Math.min(closer, this.map.getMaxZoom()))
  }
}
