/** Short notices that can be taken back: `toast('已退回', { undo: () => … })`. */
import { readonly, ref } from 'vue'

export interface Toast {
  id: number
  text: string
  undo?: () => void
}

const SHOWN_MS = 10_000
const list = ref<Toast[]>([])
export const toasts = readonly(list)
let next = 1

export function dismiss(id: number): void {
  list.value = list.value.filter((one) => one.id !== id)
}

/** Shows a notice for ten seconds (as long as a confirmation can be taken back). */
export function toast(text: string, options: { undo?: () => void } = {}): void {
  const id = next++
  list.value = [...list.value.slice(-2), { id, text, undo: options.undo }]
  setTimeout(() => dismiss(id), SHOWN_MS)
}
