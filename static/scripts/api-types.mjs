/**
 * Types of the API, from the committed OpenAPI document; the result is never committed.
 * Without the document (a checkout of the pages alone) every path is allowed and untyped.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const source = new URL('../../docs/openapi.json', import.meta.url)
const target = fileURLToPath(new URL('../src/api/schema.d.ts', import.meta.url))

// `any` for each method: the loosest shape openapi-fetch accepts.
const ANY_PATH = `/* eslint-disable */
type Anything = { parameters: any; requestBody?: any; responses: any }
type AnyPath = { get: Anything; put: Anything; post: Anything; delete: Anything; patch: Anything }
export interface paths { [path: string]: AnyPath }
export interface components { schemas: any }
`

mkdirSync(dirname(target), { recursive: true })
if (existsSync(source)) {
  // A field with a default may be left out of a request.
  writeFileSync(target, astToString(await openapiTS(source, { defaultNonNullable: false })))
} else {
  console.warn('docs/openapi.json is not there: the API stays untyped')
  writeFileSync(target, ANY_PATH)
}
