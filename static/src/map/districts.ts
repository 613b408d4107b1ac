/** The districts' names of the plain ground; fetched once, and a map without them still works. */
import { api } from '../api/client'
import type { District } from './shapes'

let asked: Promise<District[]> | null = null

export function loadDistricts(): Promise<District[]> {
  asked ??= api
    .get('/api/v1/map/ground')
    .then((answer) => (answer as { districts: District[] }).districts)
    .catch(() => {
      asked = null
      return []
    })
  return asked
}
