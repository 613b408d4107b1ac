import { defineConfig } from 'vitest/config'

// Pure logic only: what needs a page is tried in a real browser by the Python tests.
export default defineConfig({ test: { include: ['tests/**/*.test.ts'], environment: 'node' } })
