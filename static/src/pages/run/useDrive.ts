/** One run on the phone: fetched, kept for the day, overlaid with the outbox; and its verbs. */
import { computed, ref, shallowRef } from 'vue'
import { api } from '../../api/client'
import { me } from '../../api/me'
import { Problem } from '../../api/problem'
import { t } from '../../i18n'
import { keep, kept } from '../../offline/shelf'
import type { Outbox } from '../../offline/useOutbox'
import type { StopKind } from '../../map/shapes'
import { stopNumbers } from '../../map/stopShape'
import { current, seenStops, type Drive, type Outcome, type SeenStop } from './progress'

export function useDrive(id: string, outbox: Outbox) {
  const drive = shallowRef<Drive | null>(null)
  const fetchedAt = ref(0)
  const fault = ref('')

  const stops = computed(() => (drive.value ? seenStops(drive.value, outbox.items.value, fetchedAt.value) : []))
  const numbers = computed(() => stopNumbers(stops.value as { kind: StopKind }[]))
  const counted = computed(() => numbers.value.filter(Boolean).length)
  const now = computed(() => current(stops.value))
  const numberOf = (stop: SeenStop): string => numbers.value[stops.value.findIndex((one) => one.id === stop.id)] ?? ''

  async function remember(answer: Drive): Promise<void> {
    drive.value = answer
    fetchedAt.value = Date.now()
    if (!me.value) return
    const day = me.value.organisation.today
    await keep(`run/${id}`, { value: answer, at: fetchedAt.value, day, personId: me.value.person.id }).catch(() => undefined)
  }

  async function fromPhone(): Promise<boolean> {
    const row = await kept<Drive>(`run/${id}`).catch(() => undefined)
    if (!row || row.personId !== me.value?.person.id || row.day !== me.value.organisation.today) return false
    drive.value = row.value
    fetchedAt.value = row.at
    return true
  }

  /** The kept run at once, the server's answer when it comes; without signal the kept one stays. */
  async function load(): Promise<void> {
    fault.value = ''
    const here = drive.value !== null || (await fromPhone())
    try {
      await remember(await api.get('/api/v1/runs/{run_id}/drive', { params: { path: { run_id: id } } }))
    } catch (cause) {
      if (here && cause instanceof Problem && cause.passing) return
      drive.value = null
      fault.value = !(cause instanceof Problem) ? t('error.title') : cause.status === 0 ? t('run.not_kept') : cause.status === 404 ? t('run.not_yours') : cause.sentence
    }
  }

  async function begin(): Promise<void> {
    try {
      await remember(await api.post('/api/v1/runs/{run_id}/begin', { params: { path: { run_id: id } } }))
    } catch (cause) {
      // Without signal the first confirmation begins the run.
      if (!(cause instanceof Problem && cause.passing)) throw cause
    }
  }

  function confirm(stop: SeenStop, outcome: Outcome, more: { note?: string; weighed?: { item_id: string; grams: number }[] } = {}): Promise<string> {
    const body = { outcome, note: more.note ?? '', weighed: more.weighed ?? [], phone_time: new Date().toISOString() }
    return outbox.add({ ...tap(stop, 'confirm'), path: `/api/v1/stops/${stop.id}/confirm`, body, after: null })
  }

  const tap = (stop: SeenStop, what: 'confirm' | 'take_back' | 'photo') => ({
    personId: me.value?.person.id ?? '', runId: id, stopId: stop.id, what, label: stop.label,
  })

  const photo = (stop: SeenStop, picture: Blob, after: string): Promise<string> =>
    outbox.add({ ...tap(stop, 'photo'), path: `/api/v1/stops/${stop.id}/photo`, body: null, photo: picture, after })

  /** Never sent: taken out of the outbox. On its way already: the server takes it back. */
  async function takeBack(stop: SeenStop, confirmKey: string, photoKey: string | null): Promise<void> {
    if (photoKey) await outbox.takeAway(photoKey)
    if (await outbox.takeAway(confirmKey)) return
    await outbox.add({ ...tap(stop, 'take_back'), path: `/api/v1/stops/${stop.id}/take-back`, body: {}, after: confirmKey })
  }

  async function finish(hubId: string | null): Promise<void> {
    if (hubId) await api.post('/api/v1/runs/{run_id}/give-back', { params: { path: { run_id: id } }, body: { hub_id: hubId } })
    await api.post('/api/v1/runs/{run_id}/complete', { params: { path: { run_id: id } } })
    await load()
  }

  return { drive, stops, counted, now, numberOf, fault, load, begin, confirm, photo, takeBack, finish }
}

export type Driving = ReturnType<typeof useDrive>
