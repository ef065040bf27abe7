import { readFileSync } from 'node:fs'
import {
  After,
  AfterAll,
  defineParameterType,
  Given,
  type IWorldOptions,
  setDefaultTimeout,
  setWorldConstructor,
} from '@cucumber/cucumber'
import { Kubectl } from './kubectl.ts'
import { parameterTypes } from './parameter-types.ts'
import { NotCapable, type StepDefinition } from './step.ts'
import { writeTransitionsSeen } from './transitions-seen.ts'
import { vocabulary } from './vocabulary.ts'
import { World } from './world.ts'

export { extend } from './extensions.ts'
export type { StepDefinition } from './step.ts'
export { step } from './step.ts'
export { vocabulary } from './vocabulary.ts'
export { World } from './world.ts'

/**
 * The binding to cucumber-js: import this file (`kubedrill/gherkin`) and every step of the vocabulary is defined; each
 * scenario gets a World, and so a cluster, of its own. Your own steps beside it receive the World as `this`.
 */
class CucumberWorld extends World {
  readonly log: (text: string) => void

  constructor({ log }: IWorldOptions) {
    let kubectl: Kubectl | undefined
    super({
      readFile: (path) => readFileSync(path, 'utf8'),
      kubectl: (cluster, args) => {
        kubectl ??= new Kubectl()
        return kubectl.run(cluster, args)
      },
    })
    this.onClose(() => kubectl?.close())
    this.log = log
  }
}

setWorldConstructor(CucumberWorld)
// Virtual time has its own deadlines; this one is for a simulation that never comes to rest.
setDefaultTimeout(60_000)
// Our words are for our steps: a snippet for somebody's own is better off with cucumber's.
for (const type of parameterTypes) defineParameterType({ ...type, useForSnippets: false })
for (const definition of vocabulary) Given(definition.pattern, binding(definition))

After(async function (this: World) {
  await this.close()
})

/** Why scenarios were skipped: no formatter says so of itself. */
const skipped: string[] = []

AfterAll(() => {
  writeTransitionsSeen()
  for (const reason of new Set(skipped)) process.stderr.write(`skipped: ${reason}\n`)
})

/** cucumber-js reads how many arguments a step takes off its function: it needs one with the right length. */
function binding({ run }: StepDefinition) {
  const body = async function (this: CucumberWorld, ...args: unknown[]): Promise<unknown> {
    try {
      await run(this, ...args)
    } catch (error) {
      if (!(error instanceof NotCapable)) throw error
      this.log(error.message)
      skipped.push(error.message)
      return 'skipped'
    }
    return undefined
  }
  return Object.defineProperty(body, 'length', { value: Math.max(0, run.length - 1) })
}
