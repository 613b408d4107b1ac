/** Who is signed in, and for which organisation; loaded once per page. */
import { readonly, shallowRef } from 'vue'
import { setZone } from '../format'
import { api } from './client'

export type Role =
  | 'coordinator'
  | 'keeper'
  | 'volunteer'
  | 'visitor'
  | 'reviewer'
  | 'donor_contact'
  | 'auditor'
  | 'organisation_admin'
  | 'platform_admin'

export interface Me {
  person: { id: string; name: string; roles: Role[]; donor_id: string | null }
  organisation: {
    id: string
    name: string
    zone: string
    is_demo: boolean
    center: [number, number]
    today: string
  }
}

const current = shallowRef<Me | null>(null)
export const me = readonly(current) as Readonly<typeof current>

export async function loadMe(): Promise<Me> {
  const { person, organisation } = await api.get('/api/v1/me')
  const [lng = 0, lat = 0] = organisation.center
  setZone(organisation.zone)
  const found: Me = {
    person: { id: person.id, name: person.name, roles: person.roles as Role[], donor_id: person.donor_id ?? null },
    organisation: { ...organisation, center: [lng, lat] },
  }
  current.value = found
  return found
}

/** Takes an answer that was kept on the phone, while there is no signal to ask the server. */
export function assumeMe(answer: Me): void {
  setZone(answer.organisation.zone)
  current.value ??= answer
}

/** True when the person holds one of the roles. */
export function holds(...roles: Role[]): boolean {
  return current.value?.person.roles.some((role) => roles.includes(role)) ?? false
}
