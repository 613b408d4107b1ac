/** What stands in the list beside the map: the same things as on it, in the order of urgency. Pure. */
import { inside } from '../../map/graticule'
import type { Box, Cell, DonorPoint, Features, HubPoint, Layers, LngLat, MapRun, RecipientPoint, Target } from '../../map/shapes'

export type Entry =
  | { kind: 'donor'; id: string; lng: number; lat: number; donor: DonorPoint }
  | { kind: 'recipient'; id: string; lng: number; lat: number; recipient: RecipientPoint }
  | { kind: 'cell'; id: string; lng: number; lat: number; cell: Cell }
  | { kind: 'hub'; id: string; lng: number; lat: number; hub: HubPoint }

const has = (query: string, ...texts: (string | null | undefined)[]): boolean =>
  texts.some((text) => text?.toLowerCase().includes(query))

/** Keeps what the words are found in; '' keeps all. */
export function search(features: Features, words: string): Features {
  const query = words.trim().toLowerCase()
  if (!query) return features
  return {
    ...features,
    donors: features.donors.filter((d) => has(query, d.name, d.street, d.offer?.food)),
    recipients: features.recipients.filter((r) => has(query, r.label, r.street)),
    cells: features.cells.filter((c) => has(query, c.label)),
    hubs: features.hubs.filter((h) => has(query, h.name)),
  }
}

/** What lies in the window, by the switches. */
export function within(features: Features, box: Box, layers: Layers): Features {
  const here = (p: { lng: number; lat: number }): boolean => inside(p.lng, p.lat, box)
  return {
    counts: features.counts,
    donors: layers.donor ? features.donors.filter(here) : [],
    recipients: layers.recipient ? features.recipients.filter(here) : [],
    cells: layers.recipient && !features.recipients.length ? features.cells.filter(here) : [],
    hubs: layers.hub ? features.hubs.filter(here) : [],
  }
}

/** Offers by the hour they end, then who has waited longest, then hubs, then donors without an offer. */
export function entries(features: Features): Entry[] {
  const donors = features.donors.map((donor): Entry => ({ kind: 'donor', id: donor.id, lng: donor.lng, lat: donor.lat, donor }))
  const offering = donors.filter((e) => e.kind === 'donor' && e.donor.offer)
  offering.sort((a, b) => until(a).localeCompare(until(b)))
  const waiting = [...features.recipients].sort((a, b) => (b.waiting_days ?? 0) - (a.waiting_days ?? 0))
  const cells = [...features.cells].sort((a, b) => b.households - a.households)
  return [
    ...offering,
    ...features.hubs.map((hub): Entry => ({ kind: 'hub', id: hub.id, lng: hub.lng, lat: hub.lat, hub })),
    ...waiting.map((r): Entry => ({ kind: 'recipient', id: r.id, lng: r.lng, lat: r.lat, recipient: r })),
    ...cells.map((c): Entry => ({ kind: 'cell', id: c.id, lng: c.lng, lat: c.lat, cell: c })),
    ...donors.filter((e) => e.kind === 'donor' && !e.donor.offer),
  ]
}

const until = (entry: Entry): string => (entry.kind === 'donor' ? (entry.donor.offer?.ready_until ?? '') : '')

/** The entry of a target, wherever it lies. */
export function find(features: Features, target: Target | null): Entry | null {
  return target ? (entries(features).find((e) => e.kind === target.kind && e.id === target.id) ?? null) : null
}

/** Adds the entry unless it is there already. */
export function withEntry(features: Features, entry: Entry | null): Features {
  if (!entry || find(features, entry)) return features
  if (entry.kind === 'donor') return { ...features, donors: [...features.donors, entry.donor] }
  if (entry.kind === 'hub') return { ...features, hubs: [...features.hubs, entry.hub] }
  // A lone household beside areas would take the areas' place.
  if (entry.kind === 'recipient' && features.recipients.length) return { ...features, recipients: [...features.recipients, entry.recipient] }
  return features
}

/** A site by its own id, or by its donor's: then one with an offer, if any. */
export function siteOf(features: Features, id: string): string | null {
  const own = features.donors.filter((d) => d.id === id || d.donor_id === id)
  return (own.find((d) => d.id === id) ?? own.find((d) => d.offer) ?? own[0])?.id ?? null
}

/** A misplaced pin farther from the organisation's middle than this must not shrink the city: about 60 km. */
const FAR_DEG = 0.6

/** Everything that today is about: sites, hubs, households or areas, and the runs' ways, for the first view. */
export function placesOf(features: Features, runs: readonly MapRun[], middle?: LngLat): LngLat[] {
  const points = [...features.donors, ...features.hubs, ...features.recipients, ...features.cells]
  const all = [...points.map((p): LngLat => [p.lng, p.lat]), ...runs.flatMap((run) => run.geometry)]
  const near = all.filter(([lng, lat]) => !middle || Math.hypot(lng - middle[0], lat - middle[1]) < FAR_DEG)
  return near.length ? near : all
}

/** Households in sight: counted where doors are shown, about where only areas are. */
export function households(features: Features): { n: number; about: boolean } {
  if (features.recipients.length || !features.cells.length) return { n: features.recipients.length, about: false }
  return { n: features.cells.reduce((sum, cell) => sum + cell.households, 0), about: true }
}

/** A tracking code, as printed on a box: "7K3Q-9D". */
export const isTrackingCode = (words: string): boolean => /^[0-9A-Z]{4}-[0-9A-Z]{2,8}$/i.test(words.trim())
