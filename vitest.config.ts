import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes longest comes first: begun last, it would keep one core busy while the others stand idle. */
const LONG = [/exercises\/prove\/cka-/, /cli\/session/, /cli\/test-command/, /exercises\/prove\//, /\/cli\//]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = LONG.findIndex((pattern) => pattern.test(moduleId))
      return index === -1 ? LONG.length : index
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}

// biome-ignore lint/style/noDefaultExport: vitest reads it so
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
    // Every file importing everything anew took longer than the tests; and no cluster may leave anything in a module.
    isolate: false,
    // By itself it leaves one core to others, which on a machine of two is one of two.
    maxWorkers: availableParallelism(),
    sequence: { sequencer: LongestFirst },
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // What is waited for comes, however busy the machine is: a second was too short on one that ran three things at once.
    expect: { poll: { timeout: 120_000 } },
  },
})
