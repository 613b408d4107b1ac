/** The view in the address bar: "#13/31.23450/121.46000/donor:d12", so that a link shows the same. Pure. */
import type { Kind, Target } from './shapes'

export interface Address {
  zoom: number
  lat: number
  lng: number
  chosen: Target | null
}
const KINDS: readonly string[] = ['donor', 'recipient', 'hub', 'cell', 'run'] satisfies Kind[]

export function writeAddress(address: Address): string {
  const { zoom, lat, lng, chosen } = address
  const place = `#${Math.round(zoom * 2) / 2}/${lat.toFixed(5)}/${lng.toFixed(5)}`
  return chosen ? `${place}/${chosen.kind}:${encodeURIComponent(chosen.id)}` : place
}

/** Null when it says no place on earth that we can show. */
export function readAddress(hash: string): Address | null {
  const [z, y, x, choice] = hash.replace(/^#/, '').split('/')
  const zoom = Number(z)
  const lat = Number(y)
  const lng = Number(x)
  if (!z || !y || !x || !(zoom >= 1 && zoom <= 22) || !(Math.abs(lat) <= 90) || !(Math.abs(lng) <= 180)) return null
  return { zoom, lat, lng, chosen: targetOf(choice) }
}

function targetOf(choice: string | undefined): Target | null {
  const at = choice?.indexOf(':') ?? -1
  if (!choice || at < 1) return null
  const kind = choice.slice(0, at)
  try {
    const id = decodeURIComponent(choice.slice(at + 1))
    return KINDS.includes(kind) && id ? { kind: kind as Kind, id } : null
  } catch {
    return null
  }
}
