/** The districts' names of the plain ground. */
import { loadGround } from './groundAnswer'
import type { District } from './shapes'

export const loadDistricts = (): Promise<District[]> => loadGround().then((ground) => ground.districts)
