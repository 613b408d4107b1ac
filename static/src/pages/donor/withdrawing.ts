/** Taking an offer back: the same from the confirmation and from the list. */
import { api } from '../../api/client'
import { toast } from '../../components/toasts'
import { t } from '../../i18n'

export async function withdraw(gift: { id: string; food: string }): Promise<void> {
  await api.post('/api/v1/offers/{offer_id}/{verb}', { params: { path: { offer_id: gift.id, verb: 'withdraw' } }, body: { reason: '' } })
  toast(t('donor.withdrawn', { food: gift.food }))
}
