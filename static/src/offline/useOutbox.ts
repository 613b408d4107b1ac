/**
 * The outbox of this page: its items, and the occasions on which they are sent: start, signal back,
 * page seen again, every 30 s while something waits, and the button 现在上传.
 */
import { computed, onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'
import { newKey } from '../api/client'
import { t } from '../i18n'
import { flush, put, settle, withdraw, type Flushed, type Outside, type Tap } from './outbox'
import { refused, waiting, type Item } from './rules'
import { send, who } from './sender'
import { shelf } from './shelf'

const EVERY_MS = 30_000
const LOCK = 'foodmap-outbox'

/** Two tabs must not send the same item; without locks (plain http) the keys still hold. */
async function alone(work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return work()
  await navigator.locks.request(LOCK, async () => work())
}

export function useOutbox(onSent: (items: Item[]) => void = () => {}) {
  const items = shallowRef<Item[]>([])
  const state = ref<Flushed>('empty')
  const sending = ref(false)
  let wanted: 'no' | 'patient' | 'eager' = 'no'
  let known: string | undefined

  const outside: Outside = {
    shelf,
    send,
    now: () => Date.now(),
    who: async () => {
      const said = known ?? (await who())
      known = said ?? undefined
      return said
    },
  }

  async function look(): Promise<void> {
    items.value = await shelf.all()
  }

  async function work(eager: boolean): Promise<void> {
    const before = new Set(items.value.filter((item) => item.state === 'sent').map((item) => item.key))
    state.value = await flush(outside, eager, t('outbox.orphan'))
    if (state.value !== 'empty') known = undefined // who is signed in may be another one next time
    await look()
    const arrived = items.value.filter((item) => item.state === 'sent' && !before.has(item.key))
    if (arrived.length) onSent(arrived)
  }

  async function sendNow(eager = true): Promise<void> {
    if (sending.value) {
      // A tap during a flush: once more afterwards.
      wanted = eager || wanted === 'eager' ? 'eager' : 'patient'
      return
    }
    sending.value = true
    try {
      await alone(() => work(eager))
    } finally {
      sending.value = false
      const again = wanted
      wanted = 'no'
      if (again !== 'no') void sendNow(again === 'eager')
    }
  }

  async function add(tap: Omit<Tap, 'key'>): Promise<string> {
    const key = newKey()
    await put(outside, { ...tap, key })
    await look()
    void sendNow(navigator.onLine)
    return key
  }

  async function takeAway(key: string): Promise<boolean> {
    const gone = await withdraw(shelf, key)
    await look()
    return gone
  }

  async function close(key: string): Promise<void> {
    await settle(shelf, key)
    await look()
  }

  const seen = (): void => {
    if (document.visibilityState === 'visible') void sendNow(false)
  }
  const online = (): void => void sendNow(true)
  let timer = 0

  onMounted(async () => {
    await look()
    void sendNow(true)
    addEventListener('online', online)
    document.addEventListener('visibilitychange', seen)
    timer = window.setInterval(() => {
      if (waiting(items.value).length) void sendNow(false)
    }, EVERY_MS)
  })
  onBeforeUnmount(() => {
    removeEventListener('online', online)
    document.removeEventListener('visibilitychange', seen)
    clearInterval(timer)
  })

  return {
    items,
    state,
    sending,
    waiting: computed(() => waiting(items.value)),
    refused: computed(() => refused(items.value)),
    add,
    takeAway,
    close,
    sendNow,
  }
}

export type Outbox = ReturnType<typeof useOutbox>
