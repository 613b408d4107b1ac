/** Numbers and times as people read them. Times are shown in the organisation's zone. */
import { lang, locale, t } from '../i18n'

let zone = 'Asia/Shanghai'
/** Set once the organisation is known (see api/me). */
export function setZone(timeZone: string): void {
  zone = timeZone
}

export const count = (n: number): string => new Intl.NumberFormat(locale()).format(n)

/** Grams → kilograms, "1,240"; one decimal below 100 kg unless it is a whole number. */
export function kg(grams: number, digits?: number): string {
  const value = grams / 1000
  const places = digits ?? (value >= 100 || Number.isInteger(value) ? 0 : 1)
  return new Intl.NumberFormat(locale(), {
    minimumFractionDigits: digits ?? 0,
    maximumFractionDigits: places,
  }).format(value)
}

/** Metres → "3.2" km. */
export function km(metres: number): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(metres / 1000)
}

/** Metres with their unit, as one says them on the way: "40 米", "3.2 公里". */
export const far = (metres: number): string =>
  metres < 995 ? t('unit.metres', { n: metres < 100 ? Math.round(metres) : Math.round(metres / 10) * 10 }) : t('unit.kilometres', { n: km(metres) })

/** Seconds → "35 分钟", "1 小时 20 分". */
export function duration(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60))
  if (minutes < 60) return t('unit.minutes', { n: minutes })
  return t('unit.hours_minutes', { h: Math.floor(minutes / 60), m: minutes % 60 })
}

const parts = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at)

/** The calendar day in the organisation's zone, "2026-11-24". */
export const dayOf = (at: Date): string => parts(at, zone)

/** "10:32" in the organisation's zone. */
export function clock(iso: string | Date): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
  }).format(typeof iso === 'string' ? new Date(iso) : iso)
}

/** "11 月 24 日" / "24 Nov"; a plain date (without time) is taken as it stands. */
export function date(iso: string | Date): string {
  const plain = typeof iso === 'string' && iso.length === 10
  const at = typeof iso === 'string' ? new Date(plain ? `${iso}T12:00:00Z` : iso) : iso
  const options: Intl.DateTimeFormatOptions = {
    timeZone: plain ? 'UTC' : zone,
    day: 'numeric',
    month: lang.value === 'en' ? 'short' : 'long',
  }
  return new Intl.DateTimeFormat(locale(), options).format(at)
}

/** "星期二" / "Tuesday". */
export function weekday(iso: string): string {
  const at = new Date(iso.length === 10 ? `${iso}T12:00:00Z` : iso)
  const timeZone = iso.length === 10 ? 'UTC' : zone
  return new Intl.DateTimeFormat(locale(), { timeZone, weekday: 'long' }).format(at)
}

/** "今天 10:32", "昨天 18:00", "11月3日 09:10". */
export function when(iso: string, now: Date = new Date()): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return ''
  return `${dayName(dayOf(at), now) ?? date(at)} ${clock(at)}`
}

/** 今天 / 昨天 / 明天 for those days, else null. */
export function dayName(day: string, now: Date = new Date()): string | null {
  const DAY_MS = 86_400_000
  if (day === dayOf(now)) return t('time.today')
  if (day === dayOf(new Date(now.getTime() - DAY_MS))) return t('time.yesterday')
  if (day === dayOf(new Date(now.getTime() + DAY_MS))) return t('time.tomorrow')
  return null
}
