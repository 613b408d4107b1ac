/** IndexedDB: the outbox, and the run kept for the day. Lives as long as the browser lets it. */
import type { Item } from './rules'
import type { Shelf } from './outbox'

const NAME = 'foodmap-run'
const VERSION = 1
type Table = 'outbox' | 'kept'

let opened: Promise<IDBDatabase> | null = null

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION)
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore('outbox', { keyPath: 'key' })
      asked.result.createObjectStore('kept')
    }
    asked.onsuccess = () => {
      // A newer page wants to change the tables: let it, and open anew when needed.
      asked.result.onversionchange = () => {
        asked.result.close()
        opened = null
      }
      resolve(asked.result)
    }
    asked.onerror = () => {
      opened = null
      reject(asked.error)
    }
  })
  return opened
}

/** Runs `work` in one transaction and resolves once it is on disk. */
async function within<T>(table: Table, mode: IDBTransactionMode, work: (store: IDBObjectStore, keep: (value: T) => void) => void): Promise<T> {
  const db = await open()
  return new Promise<T>((resolve, reject) => {
    const transaction = db.transaction(table, mode)
    let result: T
    transaction.oncomplete = () => resolve(result)
    transaction.onerror = () => reject(transaction.error)
    transaction.onabort = () => reject(transaction.error)
    work(transaction.objectStore(table), (value) => {
      result = value
    })
  })
}

export const shelf: Shelf = {
  all: () =>
    within<Item[]>('outbox', 'readonly', (store, keep) => {
      const asked = store.getAll() as IDBRequest<Item[]>
      asked.onsuccess = () => keep(asked.result)
    }),
  change: (key, how) =>
    within<Item | null>('outbox', 'readwrite', (store, keep) => {
      const asked = store.get(key) as IDBRequest<Item | undefined>
      asked.onsuccess = () => {
        const made = how(asked.result)
        if (made === null) store.delete(key)
        else if (made !== undefined && made !== asked.result) store.put(made)
        keep(made ?? null)
      }
    }),
}

/** What is kept of the server's answers, each under a name, with the time it was fetched. */
export interface Kept<T> {
  value: T
  at: number
  /** The organisation's day it belongs to: names and doors do not stay longer. */
  day: string
  personId: string
}

export const keep = <T>(name: string, kept: Kept<T>): Promise<void> =>
  within<void>('kept', 'readwrite', (store) => {
    // What Vue made reactive cannot be cloned into the store.
    store.put(JSON.parse(JSON.stringify(kept)), name)
  })

export const kept = <T>(name: string): Promise<Kept<T> | undefined> =>
  within<Kept<T> | undefined>('kept', 'readonly', (store, tell) => {
    const asked = store.get(name) as IDBRequest<Kept<T> | undefined>
    asked.onsuccess = () => tell(asked.result)
  })

/** Forgets what belongs to another day or another person. */
export const forgetOthers = (day: string, personId: string): Promise<void> =>
  within<void>('kept', 'readwrite', (store) => {
    const asked = store.openCursor()
    asked.onsuccess = () => {
      const cursor = asked.result
      if (!cursor) return
      const row = cursor.value as Kept<unknown>
      if (row.day !== day || row.personId !== personId) cursor.delete()
      cursor.continue()
    }
  })
