/** 标准 / 大字: the whole page grows, because every size hangs on the root's. */
import { readonly, ref } from 'vue'
import { recall, store } from './index'

export type TextSize = 'standard' | 'large'

const current = ref<TextSize>('standard')
export const textSize = readonly(current)

export function applyTextSize(): void {
  current.value = recall('type') === 'large' ? 'large' : 'standard'
  mark()
}

export function setTextSize(next: TextSize): void {
  current.value = next
  store('type', next)
  mark()
}

function mark(): void {
  if (current.value === 'large') document.documentElement.dataset.type = 'large'
  else delete document.documentElement.dataset.type
}
