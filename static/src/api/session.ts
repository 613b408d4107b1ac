/** Leaving: the session ends on the server, then the sign-in page. */
import { api } from './client'

export async function signOut(): Promise<void> {
  try {
    await api.delete('/api/v1/session')
  } finally {
    location.assign('/signin')
  }
}
