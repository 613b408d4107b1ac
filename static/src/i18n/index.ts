/**
 * Words of the pages in Chinese and English, from the dictionary pair that the server reads too.
 * A text may hold {places}; "one | many" forms are chosen by the parameter `n`.
 */
import { readonly, ref } from 'vue'
import en from '../../locales/en.json'
import zh from '../../locales/zh.json'

export type Lang = 'zh' | 'en'
export type Params = Record<string, string | number>

const WORDS: Record<Lang, Record<string, string>> = { zh, en }
const COOKIE_SECONDS = 365 * 86_400

/** localStorage throws where a browser blocks it; the cookie alone then keeps the choice. */
function stored(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

export function store(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    /* the cookie still holds it */
  }
  document.cookie = `${name}=${value}; path=/; max-age=${COOKIE_SECONDS}; samesite=lax`
}

export function recall(name: string): string | null {
  const fromCookie = new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie)?.[1]
  return stored(name) ?? fromCookie ?? null
}

const current = ref<Lang>(typeof document !== 'undefined' && recall('lang') === 'en' ? 'en' : 'zh')
export const lang = readonly(current)

/** BCP 47 tag for Intl and for <html lang>. */
export const locale = (): string => (current.value === 'en' ? 'en-GB' : 'zh-CN')

/** Marks the page, and tells the server through the cookie, whose refusals then speak the same language. */
export function applyLang(): void {
  document.cookie = `lang=${current.value}; path=/; max-age=${COOKIE_SECONDS}; samesite=lax`
  document.documentElement.lang = locale()
}

export function setLang(next: Lang): void {
  current.value = next
  store('lang', next)
  applyLang()
}

/** Fill {places}; pure, so that it can be tested without a page. */
export function fill(text: string, params: Params): string {
  const forms = text.split(' | ')
  const form = forms.length > 1 && Number(params.n) !== 1 ? (forms[1] ?? text) : (forms[0] ?? text)
  return form.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in params ? String(params[name]) : whole,
  )
}

/** The words for `key` in the chosen language; an unknown key shows itself. */
export function t(key: string, params: Params = {}): string {
  return fill(WORDS[current.value][key] ?? WORDS.zh[key] ?? key, params)
}
