/** What the map shows. Every position is WGS-84, longitude first, as in the API. */
export type LngLat = [number, number]
export type Kind = 'donor' | 'recipient' | 'hub' | 'cell' | 'run'
export interface Target {
  kind: Kind
  id: string
}

export interface Offer {
  id: string
  food: string
  grams: number
  ready_until: string
  state: string
}
/** A site: where a donor's food is collected. */
export interface DonorPoint {
  id: string
  donor_id: string
  name: string
  kind: string
  lng: number
  lat: number
  street: string | null
  storage_class: string | null
  offer: Offer | null
}
export interface RecipientPoint {
  id: string
  label: string
  kind: string
  lng: number
  lat: number
  street: string | null
  waiting_days: number | null
  boxes: number
}
/** A fixed area of at least ten households, rounded to five: all that most roles may see. */
export interface Cell {
  id: string
  polygon: LngLat[]
  lng: number
  lat: number
  households: number
  label: string
}
export interface HubPoint {
  id: string
  name: string
  lng: number
  lat: number
  grams: number
  storage: string | string[] | null
}
export interface Features {
  donors: DonorPoint[]
  recipients: RecipientPoint[]
  cells: Cell[]
  hubs: HubPoint[]
  counts: { donors: number; recipients: number; hubs: number; runs: number }
}
export type StopKind = 'collect' | 'load' | 'deliver' | 'visit' | 'unload' | 'break' | 'take_over'
export interface RunStop {
  id: string
  seq: number
  kind: StopKind
  label: string
  lng: number
  lat: number
  planned_at: string | null
  state: string
  households: number
  grams: number
  boxes: number
  load_after_grams?: number | undefined
}
export interface MapRun {
  id: string
  number: number
  shape: string
  mode: string
  state: string
  volunteer: string | null
  vehicle: string | null
  stops_done: number
  stops_total: number
  distance_m: number
  duration_s: number
  source: string
  capacity_grams?: number
  max_load_grams?: number
  /** Moves that this person may make now. */
  allowed?: string[]
  /** False where the line leads through the middle of squares and not to the doors. */
  exact?: boolean
  geometry: LngLat[]
  stops: RunStop[]
}
export interface Flow {
  from: LngLat
  to: LngLat
  grams: number
  donor_id: string
  cell_label: string
  households: number | null
}
export interface District {
  name_zh: string
  name_en: string
  lng: number
  lat: number
}
/** Layer switches of the legend. */
export interface Layers {
  donor: boolean
  recipient: boolean
  hub: boolean
  run: boolean
}
/** West, south, east, north in degrees. */
export type Box = [number, number, number, number]

export const NO_FEATURES: Features = {
  donors: [],
  recipients: [],
  cells: [],
  hubs: [],
  counts: { donors: 0, recipients: 0, hubs: 0, runs: 0 },
}
