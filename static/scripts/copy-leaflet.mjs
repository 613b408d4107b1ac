// The map sheet stands alone, so it carries Leaflet's own two files inside: they ship with the pages.
import { copyFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = join(dirname(fileURLToPath(import.meta.url)), '..')
const target = join(here, 'dist', 'leaflet')
mkdirSync(target, { recursive: true })
for (const name of ['leaflet.js', 'leaflet.css']) {
  copyFileSync(join(here, 'node_modules', 'leaflet', 'dist', name), join(target, name))
}
