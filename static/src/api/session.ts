/** Leaving: the session ends on the server, then the sign-in page. */
import { api } from './client'

export async function signOut(): Promise<void> {
  try {
    await api.post('/api/v1/session/end')
  } finally {
    location.assign('/signin')
  }
}
