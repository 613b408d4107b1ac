/** Long lists: stops that stay as they are, between two changes, are one line; one reason is told once. Pure. */
export interface Folded<L> {
  line: L | null
  /** So many unchanged stops stand here; 0 for a line that is shown. */
  hidden: number
}
/** Fewer are shown: a fold would save nothing. */
const LEAST = 3

export function folded<L extends { change: string }>(lines: readonly L[]): Folded<L>[] {
  const out: Folded<L>[] = []
  let still: L[] = []
  const flush = (): void => {
    if (still.length < LEAST) out.push(...still.map((line) => ({ line, hidden: 0 })))
    else out.push({ line: null, hidden: still.length })
    still = []
  }
  for (const line of lines) {
    if (!line.change) {
      still.push(line)
      continue
    }
    flush()
    out.push({ line, hidden: 0 })
  }
  flush()
  return out
}

export const foldedCount = (rows: readonly Folded<unknown>[]): number => rows.reduce((sum, row) => sum + row.hidden, 0)

/** Whom one reason keeps from being served. */
export interface Reason {
  said: string
  labels: string[]
}

/** Reasons in the order in which they first appear, each with everybody it is true of. */
export function byReason<R extends { label: string }>(rows: readonly R[], said: (row: R) => string): Reason[] {
  const found = new Map<string, string[]>()
  for (const row of rows) {
    const labels = found.get(said(row))
    if (labels) labels.push(row.label)
    else found.set(said(row), [row.label])
  }
  return [...found].map(([reason, labels]) => ({ said: reason, labels }))
}
