/** The two imports speak the same language at two addresses. */
import { api } from '../../../api/client'
import type { components } from '../../../api/schema'
import type { Import, Kind } from './reading'

type Edit = components['schemas']['ImportEdit']
// The paths differ in one word; the answers are the same.
const at = (kind: Kind) => `/api/v1/imports/${kind}/{import_id}` as '/api/v1/imports/register/{import_id}'
const path = (import_id: string) => ({ path: { import_id } })

export function upload(kind: Kind, file: File): Promise<Import> {
  const form = new FormData()
  form.append('file', file)
  return api.post(`/api/v1/imports/${kind}` as '/api/v1/imports/register', { body: { file: '' }, bodySerializer: () => form })
}
export const latest = (kind: Kind) => api.get(`/api/v1/imports/${kind}` as '/api/v1/imports/register')
export const open = (kind: Kind, id: string): Promise<Import> => api.get(at(kind), { params: path(id) })
export const mend = (kind: Kind, now: Import, body: Edit): Promise<Import> =>
  api.patch(at(kind), { params: path(now.id), body, headers: { 'If-Match': `"${now.version}"` } })
export const commit = (kind: Kind, id: string): Promise<Import> =>
  api.post(`${at(kind)}/commit` as '/api/v1/imports/register/{import_id}/commit', { params: path(id) })
export const undo = (kind: Kind, id: string): Promise<Import> =>
  api.post(`${at(kind)}/undo` as '/api/v1/imports/register/{import_id}/undo', { params: path(id) })
export const restHref = (kind: Kind, id: string): string => `/api/v1/imports/${kind}/${id}/returned.xlsx`
