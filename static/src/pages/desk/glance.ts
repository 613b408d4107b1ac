/** The day in counts: the to-do cards and the number at the tab; read again after every step that changes it. */
import { computed, shallowRef } from 'vue'
import { api } from '../../api/client'
import type { components } from '../../api/schema'

export type Glance = components['schemas']['DeskOut']

export const glance = shallowRef<Glance | null>(null)
export const toDo = computed(() => {
  const g = glance.value
  return g ? g.new_offers + g.to_confirm + g.unapproved + g.care_alerts : 0
})

export async function look(): Promise<void> {
  glance.value = await api.get('/api/v1/desk')
}
