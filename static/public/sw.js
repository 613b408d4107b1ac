/* Keeps the run page (one HTML file and its hashed assets) for use without signal, and serves the ground's
   tiles that the page has kept; no data of anyone. */
const PAGES = 'foodmap-run-page'
const SHELL = '/run'
const ASSETS = '/static/assets/'
/* "/static/assets/x.js" in the page; "assets/x.css" and "./x.js" in what it loads later. */
const NAMED = /(?:\/static\/assets\/|["'`]assets\/|["'`]\.\/)([\w-][\w.-]*\.(?:js|css))/g
const namesIn = (text) => [...text.matchAll(NAMED)].map((found) => ASSETS + found[1])

/** First the assets, with all that they name in turn, then the page: what is kept is always whole. */
async function keep(response) {
  const store = await caches.open(PAGES)
  const wanted = new Set(namesIn(await response.clone().text()))
  for (const asset of wanted) {
    let found = await store.match(asset)
    if (!found) {
      found = await fetch(asset)
      if (!found.ok) return
      await store.put(asset, found.clone())
    }
    if (asset.endsWith('.js')) for (const name of namesIn(await found.text())) wanted.add(name)
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

/** Never changes under its address: what is kept is as good as what would come. */
const kept = (request) => caches.match(request).then((found) => found ?? fetch(request))

self.addEventListener('install', (event) => event.waitUntil(fetch(SHELL).then((found) => (found.ok ? keep(found) : undefined))))
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url)
  if (origin !== self.location.origin || event.request.method !== 'GET') return
  if (event.request.mode === 'navigate') event.respondWith(page(event))
  else if (pathname.startsWith(ASSETS) || pathname.startsWith('/tiles/')) event.respondWith(kept(event.request))
})
