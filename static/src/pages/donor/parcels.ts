/** Gifts in the words of a parcel, by month. Pure. */
import type { Answer } from '../../api/client'
import type { IconName } from '../../components/icons'

export type Gift = Answer<'/api/v1/my/gifts', 'get'>['items'][number]
type Kind = 'ok' | 'warn' | 'error' | 'flow' | 'line' | 'plain'

export const BADGE: Record<string, { kind: Kind; icon: IconName }> = {
  announced: { kind: 'line', icon: 'clock' },
  accepted: { kind: 'warn', icon: 'van' },
  collected: { kind: 'flow', icon: 'van' },
  at_hub: { kind: 'line', icon: 'stock' },
  on_the_way: { kind: 'flow', icon: 'van' },
  mostly_delivered: { kind: 'flow', icon: 'van' },
  delivered: { kind: 'ok', icon: 'check' },
  ended: { kind: 'plain', icon: 'close' },
  missed: { kind: 'error', icon: 'alert' },
  declined: { kind: 'plain', icon: 'close' },
  withdrawn: { kind: 'plain', icon: 'close' },
  expired: { kind: 'plain', icon: 'close' },
}

/** Where grams are now, the furthest first; empty before anything was collected. */
export function whereNow(gift: Pick<Gift, 'mass' | 'hub'>): { key: string; grams: number; hub: string }[] {
  const { mass, hub } = gift
  const parts = [
    { key: 'delivered', grams: mass.delivered_grams, hub: '' },
    { key: 'on_the_way', grams: mass.on_the_way_grams, hub: '' },
    { key: hub ? 'in_hub_named' : 'in_hub', grams: mass.in_hub_grams, hub },
    { key: 'to_hub', grams: mass.to_hub_grams, hub: '' },
    { key: 'loss', grams: mass.loss_grams, hub: '' },
  ]
  return parts.filter((part) => part.grams > 0)
}

/** In the order they come (newest first), cut where the month changes: ["2026-11", gifts]. */
export function byMonth<G extends { created_at: string }>(gifts: readonly G[], dayOf: (at: Date) => string): [string, G[]][] {
  const months: [string, G[]][] = []
  for (const gift of gifts) {
    const month = dayOf(new Date(gift.created_at)).slice(0, 7)
    const last = months.at(-1)
    if (last?.[0] === month) last[1].push(gift)
    else months.push([month, [gift]])
  }
  return months
}
