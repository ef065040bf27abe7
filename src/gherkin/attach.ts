import type { GherkinDocument, Pickle, PickleStep } from '@cucumber/messages'
import { writtenStep } from './cucumber-steps.ts'
import { stateChanges } from './explain/changes.ts'
import { DEFAULT_SEED, type FailureRecord } from './failure-record.ts'
import type { World } from './world.ts'

/** What the runner knows of a step that failed. */
export interface FailedStep {
  readonly gherkinDocument: GherkinDocument
  readonly pickle: Pickle
  readonly pickleStep: PickleStep
  readonly message: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** All there is to say about a failed step, as data. */
export function failureRecord(world: World, failed: FailedStep): FailureRecord {
  const { gherkinDocument, pickle, pickleStep, parameters } = failed
  const { text, line } = writtenStep(gherkinDocument, pickleStep)
  const cluster = world.hasCluster ? world.target.cluster : undefined
  return {
    kind: 'kubedrill/failure',
    version: 1,
    feature: { uri: pickle.uri, line: pickle.location?.line ?? 1, directory: process.cwd() },
    pickle: { name: pickle.name, tags: pickle.tags.map(({ name }) => name) },
    step: { index: pickle.steps.indexOf(pickleStep), text, ...(line === undefined ? {} : { line }) },
    target: world.hasCluster ? world.target.name : 'the simulator',
    parameters,
    seed: world.options.seed ?? DEFAULT_SEED,
    ...(cluster === undefined
      ? {}
      : { instant: { at: cluster.clock.now(), fired: cluster.clock.fired, bootedAt: cluster.bootedAt } }),
    message: world.failure?.message ?? failed.message,
    steps: world.story.steps,
    timeline: world.hasCluster ? stateChanges(world).filter(({ order }) => order > world.bootOrder) : [],
  }
}
