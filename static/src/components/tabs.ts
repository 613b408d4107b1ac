/** Which tools a person's roles open, in the order of the rail; at most four beside 我的. */
import type { Role } from '../api/me'
import type { IconName } from './icons'

export interface Tab {
  key: 'map' | 'plan' | 'desk' | 'stock' | 'run' | 'donor'
  href: string
  icon: IconName
}

const TABS: (Tab & { roles: Role[] })[] = [
  { key: 'donor', href: '/donor', icon: 'gift', roles: ['donor_contact'] },
  {
    key: 'map',
    href: '/',
    icon: 'map',
    roles: ['coordinator', 'organisation_admin', 'keeper', 'volunteer', 'visitor', 'reviewer', 'auditor', 'donor_contact'],
  },
  { key: 'run', href: '/run', icon: 'route', roles: ['volunteer'] },
  { key: 'plan', href: '/plan', icon: 'plan', roles: ['coordinator', 'organisation_admin'] },
  { key: 'desk', href: '/desk', icon: 'desk', roles: ['coordinator', 'organisation_admin', 'reviewer', 'visitor', 'auditor'] },
  { key: 'stock', href: '/stock', icon: 'stock', roles: ['coordinator', 'organisation_admin', 'keeper', 'auditor'] },
]

/** Pure: roles in, tabs out. A coordinator who also drives keeps the four desk tools first. */
export function tabsFor(roles: readonly Role[]): Tab[] {
  const open = TABS.filter((tab) => tab.roles.some((role) => roles.includes(role)))
  return open.length > 4 && open.some((t) => t.key === 'plan') && !roles.includes('volunteer')
    ? open.filter((t) => t.key !== 'run')
    : open
}
