import type { World } from '../gherkin/world.ts'
import { type Scenario, type ScenarioStep, StepFailure } from './feature.ts'

/** Forks of a cluster for scenarios to look at: a fork costs a whole replay, so one that is as it was serves the next, too. */
export class Forks {
  readonly #fork: () => Promise<World>
  #untouched: World | undefined

  constructor(fork: () => Promise<World>) {
    this.#fork = fork
  }

  /** The first step that does not hold. @param onFailed goes on after it, and is told of all of them */
  async failureOf(scenario: Scenario, onFailed?: (step: ScenarioStep) => void): Promise<StepFailure | undefined> {
    const world = this.#untouched ?? (await this.#fork())
    this.#untouched = world
    world.beginAnew()
    const at = world.now()
    try {
      return await firstFailure(scenario, world, onFailed)
    } finally {
      if (!onlyLooks(scenario) || world.now() !== at) await this.close()
    }
  }

  async close(): Promise<void> {
    const world = this.#untouched
    this.#untouched = undefined
    await world?.close()
  }
}

async function firstFailure(
  { steps }: Scenario,
  world: World,
  onFailed?: (step: ScenarioStep) => void,
): Promise<StepFailure | undefined> {
  let failure: StepFailure | undefined
  for (const step of steps) {
    try {
      await step.run(world)
    } catch (error) {
      failure ??= new StepFailure(step.text, error as Error)
      if (onFailed === undefined) break
      onFailed(step)
    }
  }
  return failure
}

/** Whether a scenario leaves its cluster as it is, as long as no time passes in it. */
export const onlyLooks = ({ steps }: Scenario): boolean => steps.every(({ definition }) => definition?.looks === true)
