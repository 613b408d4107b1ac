/** Candidates of a place in words, and what a pin stands on once a person has left it somewhere. Pure. */
import type { components } from '../api/schema'
import { t } from '../i18n'

export type Candidate = components['schemas']['CandidateOut']
export type PlaceSource = NonNullable<components['schemas']['PlaceIn']['source']>
export interface LngLat {
  lng: number
  lat: number
}
/** What the pin stands on, as the API takes it. */
export interface Ground {
  source: PlaceSource
  confidence: number | null
}

const SURE = 0.9
const LIKELY = 0.6
/** Who says so, and how exactly: "同一地址以前确认过", "按街道估计", "高德给的位置，到门牌". */
export function whence(one: Pick<Candidate, 'source' | 'precision'>): string {
  if (one.source === 'address_book') return t('place_search.book')
  if (one.source === 'gazetteer') return t(`place_search.map_${one.precision}`)
  return t('place_search.service', { name: t(`geocoder.${one.source}`), how: t(`place_search.to_${one.precision}`) })
}

export function howSure(confidence: number): string {
  if (confidence >= SURE) return t('place_search.sure')
  return t(confidence >= LIKELY ? 'place_search.likely' : 'place_search.unsure')
}

/** A pin left exactly where a candidate put it stands on that; moved by a hair, on the person alone. */
export function groundOf(point: LngLat | null, taken: Candidate | null): Ground {
  const same = point !== null && taken !== null && point.lng === taken.point.lng && point.lat === taken.point.lat
  return same ? { source: taken.source, confidence: taken.confidence } : { source: 'person', confidence: null }
}

/** Where the arrows lead in a list of n: past the end it begins anew; -1 is the field itself. */
export function stepped(at: number, key: string, n: number): number {
  if (!n) return -1
  if (key === 'Home') return 0
  if (key === 'End') return n - 1
  return key === 'ArrowDown' ? (at + 1) % n : at <= 0 ? n - 1 : at - 1
}
