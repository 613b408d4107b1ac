/* Keeps the run page (one HTML file and its hashed assets) for use without signal; no data of anyone. */
const PAGES = 'foodmap-run-page'
const SHELL = '/run'
const ASSET = /\/static\/assets\/[\w.-]+/g

/** First the assets, then the page that names them: what is kept is always whole. */
async function keep(response) {
  const store = await caches.open(PAGES)
  const text = await response.clone().text()
  const wanted = new Set(text.match(ASSET) ?? [])
  for (const asset of wanted) {
    if (await store.match(asset)) continue
    const found = await fetch(asset)
    if (!found.ok) return
    await store.put(asset, found)
  }
  await store.put(SHELL, response)
  for (const old of await store.keys()) {
    const { pathname } = new URL(old.url)
    if (pathname !== SHELL && !wanted.has(pathname)) await store.delete(old)
  }
}

async function page(event) {
  try {
    const response = await fetch(event.request)
    if (response.ok) event.waitUntil(keep(response.clone()))
    return response
  } catch {
    return (await caches.match(SHELL)) ?? Response.error()
  }
}

self.addEventListener('install', (event) => event.waitUntil(fetch(SHELL).then((found) => (found.ok ? keep(found) : undefined))))
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url)
  if (origin !== self.location.origin || event.request.method !== 'GET') return
  if (event.request.mode === 'navigate') event.respondWith(page(event))
  else if (pathname.startsWith('/static/assets/'))
    event.respondWith(caches.match(pathname).then((found) => found ?? fetch(event.request)))
})
