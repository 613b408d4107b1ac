/** Kilograms as typed, what a count means, how a date mark reads. Pure. */
export type Purpose = 'transfer' | 'waste' | 'sample' | 'returned' | 'count_shortage' | 'count_surplus'

/** "35.2" → 35200; Chinese and comma decimals are understood; null when it is no amount. */
export function gramsOf(typed: string): number | null {
  const text = typed.trim().replace(/[,，。]/g, '.')
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(text)) return null
  return Math.round(Number(text) * 1000)
}

/** What is booked when `counted` grams were found where the ledger says `here`; null when they agree. */
export function countDifference(here: number, counted: number): { purpose: Purpose; grams: number } | null {
  if (counted === here) return null
  return counted < here ? { purpose: 'count_shortage', grams: here - counted } : { purpose: 'count_surplus', grams: counted - here }
}

/** How soon it must be eaten: the key of the words, and whether it must go first. */
export function daysLeft(days: number): { key: 'over' | 'today' | 'tomorrow' | 'two' | 'days'; soon: boolean; n: number } {
  if (days < 0) return { key: 'over', soon: true, n: -days }
  const key = (['today', 'tomorrow', 'two'] as const)[days] ?? 'days'
  return { key, soon: days <= 2, n: days }
}

/** "/stock/0190…" → the lot's id. */
export const lotIdOf = (path: string): string | null => /^\/stock\/([0-9a-f-]{36})\/?$/i.exec(path)?.[1] ?? null

export interface Held {
  kind: string
  name: string
  grams: number
  /** How many holders of this kind together. */
  n: number
}

/** Hubs one by one; of runs, recipients and the rest only the sum. */
export function heldBy(held: readonly { kind: string; name: string; grams: number }[]): Held[] {
  const sums: Held[] = []
  for (const one of held) {
    const same = one.kind === 'hub' ? undefined : sums.find((sum) => sum.kind === one.kind)
    if (same) Object.assign(same, { grams: same.grams + one.grams, n: same.n + 1 })
    else sums.push({ kind: one.kind, name: one.kind === 'hub' ? one.name : '', grams: one.grams, n: 1 })
  }
  return sums
}
