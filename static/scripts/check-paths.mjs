/** Every '/api/v1/…' that a page calls must be in the OpenAPI document, with that method. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const document = join(root, '../docs/openapi.json')
if (!existsSync(document)) {
  console.warn('docs/openapi.json is not there: addresses are not checked')
  process.exit(0)
}
const { paths } = JSON.parse(readFileSync(document, 'utf8'))
const faults = []
for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(ts|vue)$/.test(entry.name)) continue
  const file = join(entry.parentPath, entry.name)
  for (const [, method, path] of readFileSync(file, 'utf8').matchAll(/\bapi\s*\.\s*(get|post|put|patch|delete)\(\s*'([^']+)'/g))
    if (!paths[path]?.[method]) faults.push(`${file.slice(root.length)}: ${method} ${path} is not in docs/openapi.json`)
}
if (faults.length) {
  console.error(faults.join('\n'))
  process.exit(1)
}
