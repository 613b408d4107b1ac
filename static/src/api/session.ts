/** Leaving: names and doors kept on this phone are forgotten, the session ends on the server, then the sign-in page. */
import { forgetOthers } from '../offline/shelf'
import { api } from './client'

export async function signOut(): Promise<void> {
  await forgetOthers('', '').catch(() => undefined)
  try {
    await api.delete('/api/v1/session')
  } finally {
    location.assign('/signin')
  }
}
