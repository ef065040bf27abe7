import { defineConfig } from 'vitest/config'

// biome-ignore lint/style/noDefaultExport: vitest reads it so
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
    // Importing everything anew for each file took longer than the tests; and no cluster may leave anything in a module.
    isolate: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
