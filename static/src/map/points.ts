/** Donors and households as single markers or as clusters that show both shares; hubs always single. */
import L from 'leaflet'
import Supercluster from 'supercluster'
import { clusterSvg } from './cluster'
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
/** What is drawn, by key; a marker whose key and look stay is left alone. */
interface Drawn {
  marker: L.Marker
  look: string
}

const CLUSTER_PX = 58
/** Leaflet counts zoom by tiles of 256 px; the radius above is then in screen pixels. */
const TILE_PX = 256
/** From here on every door stands alone; doors of one house are told apart by the list. */
const LAST_CLUSTER_ZOOM = 16
const keyOf = (kind: string, id: string): string => `${kind}:${id}`

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
      map: ({ one }) => ({ donors: one.kind === 'donor' ? 1 : 0, recipients: one.kind === 'recipient' ? 1 : 0 }),
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
    const b = this.map.getBounds().pad(0.15)
    const zoom = Math.round(this.map.getZoom())
    for (const feature of this.index.getClusters([b.getWest(), b.getSouth(), b.getEast(), b.getNorth()], zoom)) {
      const [lng = 0, lat = 0] = feature.geometry.coordinates
      const p = feature.properties
      if ('one' in p) this.put(wanted, p.one, 'plain')
      else this.putCluster(wanted, p.cluster_id, lng, lat, p as Shares)
    }
    for (const one of this.alone) this.put(wanted, one, this.stateOf(one))
    for (const [key, { marker }] of this.drawn) {
      if (wanted.has(key)) continue
      marker.remove()
      this.drawn.delete(key)
    }
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

  private putCluster(wanted: Set<string>, id: number, lng: number, lat: number, shares: Shares): void {
    const key = `cluster:${id}:${lng.toFixed(5)}`
    const marker = this.upsert(wanted, key, `${shares.donors}/${shares.recipients}`, lng, lat, () => {
      const { html, size } = clusterSvg(shares.donors, shares.recipients)
      return L.divIcon({ html, className: 'mark', iconSize: [size, size], iconAnchor: [size / 2, size / 2] })
    })
    marker?.setZIndexOffset(100)
    marker?.on('click', () => this.open(id, lng, lat))
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

  private open(id: number, lng: number, lat: number): void {
    const zoom = this.index.getClusterExpansionZoom(id)
    if (zoom <= LAST_CLUSTER_ZOOM && this.map.getZoom() < LAST_CLUSTER_ZOOM) this.map.setView([lat, lng], Math.max(zoom, this.map.getZoom() + 1))
    else {
      const leaves = this.index.getLeaves(id, 200)
      this.onCrowd(leaves.map(({ properties: { one } }) => ({ kind: one.kind, id: one.id })))
      this.map.setView([lat, lng], 18)
    }
  }
}
