/** Starts a page: styles, language, text size, title; faults are told, never swallowed. */
import '../styles/tokens.css'
import '../styles/base.css'
import '../styles/components.css'
import '../styles/shell.css'
import { createApp, watchEffect, type App, type Component } from 'vue'
import { Problem } from './api/problem'
import { toast } from './components/toasts'
import { applyLang, t } from './i18n'
import { applyTextSize } from './i18n/textSize'

/** Mounts `page` at #app; `titleKey` is the word before "· 食物援助地图". */
export function boot(page: Component, titleKey: string, prepare?: (app: App) => void): void {
  applyLang()
  applyTextSize()
  watchEffect(() => {
    document.title = `${t(titleKey)} · ${t('app.name')}`
  })
  const app = createApp(page)
  const tell = (cause: unknown): void => {
    if (cause instanceof Problem) toast(cause.sentence)
    else console.error(cause)
  }
  app.config.errorHandler = tell
  addEventListener('unhandledrejection', (event) => {
    if (event.reason instanceof Problem) {
      event.preventDefault()
      tell(event.reason)
    }
  })
  prepare?.(app)
  app.mount('#app')
}
