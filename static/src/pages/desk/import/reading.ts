/** What the wizard works out of an import's answer. Pure. */
import type { components } from '../../../api/schema'

export type Import = components['schemas']['ImportOut']
export type Sheet = components['schemas']['ImportSheet']
export type Row = components['schemas']['ImportRow']
export type Kind = 'register' | 'donors'
export type Question = 'name' | 'datum' | 'order'

const PLACES = ['lng', 'lat', 'point']
/** Fields that stand as columns of the check, in this order; the others stay behind "mend this row". */
const SHOWN: Record<Kind, string[]> = {
  register: ['name', 'address', 'phone', 'size'],
  donors: ['name', 'address', 'hours', 'phone'],
}

/** What only a person can say about a sheet before it goes in. */
export function questionsOf(sheet: Pick<Sheet, 'columns' | 'datum' | 'pair_order' | 'skip'>): Question[] {
  if (sheet.skip) return []
  const fields = Object.values(sheet.columns)
  const open: Question[] = []
  if (!fields.includes('name')) open.push('name')
  if (!sheet.datum && fields.some((field) => PLACES.includes(field))) open.push('datum')
  if (!sheet.pair_order && fields.includes('point')) open.push('order')
  return open
}

/** How many columns a sheet has: its headings, what is mapped, and the widest row shown. */
export function widthOf(sheet: Sheet, rows: readonly Row[]): number {
  const mapped = Object.keys(sheet.columns).map(Number)
  return Math.max(sheet.headings.length, ...mapped, ...rows.slice(0, 20).map((row) => row.cells.length), 0)
}

/** A few different things that stand in a column. */
export function samplesOf(rows: readonly Row[], column: number, most = 2): string[] {
  const seen = new Set<string>()
  for (const row of rows) {
    const text = row.cells[column - 1]?.trim()
    if (text) seen.add(text)
    if (seen.size >= most) break
  }
  return [...seen]
}

/** The columns shown in the check: number and field; the first of each field. */
export function shownColumns(kind: Kind, sheet: Sheet): { column: number; field: string }[] {
  return SHOWN[kind].flatMap((field) => {
    const found = Object.entries(sheet.columns).find(([, meaning]) => meaning === field)
    return found ? [{ column: Number(found[0]), field }] : []
  })
}

/** A cell as the check shows it: surnames and the middle of telephone numbers are covered. */
export function covered(field: string, text: string, kind: Kind): string {
  if (field === 'phone') return text.replace(/(\d{3})[\s-]?\d{4}[\s-]?(\d{4})/g, '$1****$2')
  return field === 'name' && kind === 'register' && text ? `${[...text][0]}**` : text
}

export const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, n) => sum + n, 0)
