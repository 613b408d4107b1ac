/** Pickup hours: rows of the API ↔ lines of the form, in which days with the same hours stand together. Pure. */
import { t } from '../../../i18n'
import { clockOf, minuteOf } from '../said'

export interface Hours {
  weekday: number
  from_minute: number
  until_minute: number
}
export interface HoursLine {
  days: string[]
  from: string
  until: string
}

export const DAYS = ['0', '1', '2', '3', '4', '5', '6']

export function linesOf(hours: readonly Hours[]): HoursLine[] {
  const lines: HoursLine[] = []
  for (const h of [...hours].sort((a, b) => a.weekday - b.weekday || a.from_minute - b.from_minute)) {
    const [from, until] = [clockOf(h.from_minute), clockOf(h.until_minute)]
    const same = lines.find((line) => line.from === from && line.until === until)
    if (same) same.days.push(String(h.weekday))
    else lines.push({ days: [String(h.weekday)], from, until })
  }
  return lines
}

/** The rows, or null when a line is not understood: no day, no time, or an end before its beginning. */
export function hoursOf(lines: readonly HoursLine[]): Hours[] | null {
  const hours: Hours[] = []
  for (const line of lines) {
    const [from_minute, until_minute] = [minuteOf(line.from), minuteOf(line.until)]
    if (from_minute === null || until_minute === null || until_minute <= from_minute || !line.days.length) return null
    hours.push(...line.days.map((day) => ({ weekday: Number(day), from_minute, until_minute })))
  }
  return hours
}

/** "周一至周五 19:00–20:00；周六 9:00–12:00". */
export function hoursText(hours: readonly Hours[]): string {
  return linesOf(hours)
    .map((line) => `${daysText(line.days.map(Number))} ${line.from}–${line.until}`)
    .join(t('sites.between_hours'))
}

function daysText(days: number[]): string {
  const [first, last] = [days[0] ?? 0, days.at(-1) ?? 0]
  if (days.length === 7) return t('sites.daily')
  const name = (day: number): string => t(`weekday.${day}`)
  const inARow = days.length > 2 && last - first === days.length - 1
  return inARow ? t('sites.days_range', { from: name(first), to: name(last) }) : days.map(name).join(t('sites.between_days'))
}
