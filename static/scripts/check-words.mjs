/**
 * The two dictionaries must say the same things: same keys, same {places},
 * and every key that a page asks for with t('…') or t(`prefix.${x}`) is there.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (lang) => JSON.parse(readFileSync(join(root, 'locales', `${lang}.json`), 'utf8'))
const zh = read('zh')
const en = read('en')
const faults = []

const places = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]))].sort().join(' ')

for (const key of new Set([...Object.keys(zh), ...Object.keys(en)])) {
  if (!(key in zh)) faults.push(`zh.json lacks ${key}`)
  else if (!(key in en)) faults.push(`en.json lacks ${key}`)
  else if (places(zh[key]) !== places(en[key])) faults.push(`${key}: not the same {places} in zh and en`)
}

for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(ts|vue)$/.test(entry.name)) continue
  const path = join(entry.parentPath, entry.name)
  const text = readFileSync(path, 'utf8')
  for (const [, key] of text.matchAll(/\bt\(\s*'([^']+)'/g))
    if (!(key in zh)) faults.push(`${path}: no words for ${key}`)
  for (const [, prefix] of text.matchAll(/\bt\(\s*`([^`$]*)\$\{/g))
    if (prefix && !Object.keys(zh).some((key) => key.startsWith(prefix)))
      faults.push(`${path}: no words begin with ${prefix}`)
}

if (faults.length) {
  console.error(faults.join('\n'))
  process.exit(1)
}
console.log(`${Object.keys(zh).length} words in zh and en agree`)
