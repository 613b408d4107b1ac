import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** One entry per tool; the server sends map.html for "/", the others under their own name. */
const PAGES = ['map', 'desk', 'plan', 'stock', 'donor', 'run', 'signin']

export default defineConfig({
  root: here('.'),
  base: '/static/',
  // Served at the root by the server, under their own names: sw.js, manifest.webmanifest, icon.svg.
  publicDir: here('./public'),
  plugins: [vue()],
  resolve: { alias: { pmtiles: here('./src/map/absent.ts'), '@protomaps/basemaps': here('./src/map/absent.ts') } },
  build: {
    outDir: here('./dist'),
    emptyOutDir: true,
    // The page policy forbids data: fonts and inline scripts; small pictures may stay inline.
    modulePreload: { polyfill: false },
    manifest: 'manifest.json',
    rollupOptions: {
      input: Object.fromEntries(PAGES.map((name) => [name, here(`./${name}.html`)])),
    },
  },
  server: {
    // `npm run dev` beside a running web process: FOODMAP_WEB=http://127.0.0.1:8000
    proxy: process.env.FOODMAP_WEB
      ? { '/api': process.env.FOODMAP_WEB, '/t/': process.env.FOODMAP_WEB }
      : {},
  },
})
