import { SpecError, type StepDefinition, step } from '../step.ts'
import type { CommandResult, World } from '../world.ts'

/** Real kubectl, against this cluster. */
export const kubectlSteps: readonly StepDefinition[] = [
  step('kubectl {string} is run', async (world: World, line: string) => {
    const { kubectl } = world.options
    if (kubectl === undefined) world.incapable('run kubectl')
    world.command = await kubectl!(world.cluster, words(line))
    await world.advance(0)
  }),
  step('the command succeeds', (world: World) => {
    const { exitCode, output, command } = last(world)
    if (exitCode !== 0) world.fail(`${command} failed with exit code ${exitCode}:\n${output}`)
  }),
  step('the command fails', (world: World) => {
    const { exitCode, output, command } = last(world)
    if (exitCode === 0) world.fail(`${command} succeeded:\n${output}`)
  }),
  step("the command's output contains {string}", (world: World, text: string) => {
    const { output, command } = last(world)
    if (!output.includes(text)) world.fail(`${command} printed:\n${output}`)
  }),
]

function last(world: World): CommandResult {
  if (world.command === undefined) throw new SpecError('no step before this one ran a command')
  return world.command
}

/** Splits a command line as a shell does, quotes honoured: nothing is expanded, no shell is asked. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  )
}
