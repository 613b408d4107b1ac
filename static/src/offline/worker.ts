/** Registers the service worker that keeps the run page for use without signal. */
export async function keepPage(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  try {
    await navigator.serviceWorker.register('/sw.js', { scope: '/run' })
    await navigator.storage?.persist?.()
  } catch {
    // Without it (plain http in a local network) the open page still works; only a reload needs signal.
  }
}
