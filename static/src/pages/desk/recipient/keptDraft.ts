/** A half-filled form survives a closed page: kept on this device, for the person who typed it, for a day. */
import type { Draft } from './draft'

const DAY_MS = 86_400_000
const key = (person: string): string => `desk.draft.${person}`

export function keep(person: string, draft: Draft): void {
  try {
    localStorage.setItem(key(person), JSON.stringify({ at: Date.now(), draft }))
  } catch {
    /* a browser that stores nothing: the page itself still holds it */
  }
}

export function forget(person: string): void {
  try {
    localStorage.removeItem(key(person))
  } catch {
    /* nothing was kept */
  }
}

export function recallDraft(person: string, empty: Draft): Draft | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key(person)) ?? 'null') as { at: number; draft: Draft } | null
    if (!kept || Date.now() - kept.at > DAY_MS) return null
    return { ...empty, ...kept.draft }
  } catch {
    return null
  }
}
