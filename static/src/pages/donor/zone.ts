/** Clock times of the organisation's zone as instants, whatever zone the browser is in. Pure. */
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Milliseconds that the zone is ahead of UTC at `at`. */
function ahead(at: Date, zone: string): number {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' })
      .formatToParts(at)
      .map((part) => [part.type, Number(part.value)]),
  ) as Record<string, number>
  const local = Date.UTC(parts.year ?? 0, (parts.month ?? 1) - 1, parts.day, parts.hour, parts.minute, parts.second)
  return local - Math.floor(at.getTime() / 1000) * 1000
}

/** `minute` of `day` ("2026-11-24") on the clocks of `zone`. */
export function zoned(day: string, minute: number, zone: string): Date {
  const asUtc = Date.parse(`${day}T00:00:00Z`) + minute * MINUTE_MS
  // Twice, because the offset may change between the guess and the answer (summer time).
  const guess = asUtc - ahead(new Date(asUtc), zone)
  return new Date(asUtc - ahead(new Date(guess), zone))
}

/** The day `days` later. */
export const shift = (day: string, days: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
