import { SpecError, type StepDefinition, step, type Table } from '../step.ts'
import type { CommandResult } from '../target.ts'
import type { World } from '../world.ts'

/** Real kubectl, against this cluster. */
export const kubectlSteps: readonly StepDefinition[] = [
  step(
    'kubectl {string} is run',
    {
      says: 'The real kubectl against this cluster, in the namespace in force; needs kubectl on the PATH. Words are parted by blanks; what has blanks in it goes in quotes, of the other kind than those around the command.',
      example: 'When kubectl "scale deployment web --replicas=5" is run',
    },
    async (world: World, line: string) => {
      const { target } = world
      if (target.kubectl === undefined) world.incapable('run kubectl')
      world.command = await target.kubectl!([...context(world), ...words(line)])
      await world.advance(0)
    },
  ),
  step(
    'the command {outcome}',
    {
      says: 'The last command succeeds where it exited with 0, else it fails; it is refused where it says that a connection was, and times out where it says so.',
      example: 'Then the command succeeds',
    },
    (world: World, outcome: string) => {
      const { exitCode, output, command } = last(world)
      if (outcome === 'succeeds' && exitCode !== 0)
        world.fail(`${command} failed with exit code ${exitCode}:\n${output}`)
      if (outcome !== 'succeeds' && exitCode === 0) world.fail(`${command} succeeded:\n${output}`)
      const words = FAILURES[outcome]
      if (words?.test(output) === false)
        world.fail(`${command} failed with exit code ${exitCode}, but not because it ${outcome}:\n${output}`)
    },
  ),
  step(
    "the command's output contains {string}",
    { says: 'What it wrote to stdout or stderr.', example: `Then the command's output contains "scaled"` },
    (world: World, text: string) => {
      const { output, command } = last(world)
      if (!output.includes(world.target.translate(text))) world.fail(`${command} printed:\n${output}`)
    },
  ),
  step(
    "the command's output contains these in order:",
    {
      says: 'Texts, one a row, in this order.',
      example: `Then the command's output contains these in order:
  | NAME |
  | web  |`,
    },
    (world: World, table: Table) => {
      const { output, command } = last(world)
      let at = 0
      for (const [text = ''] of table.raw()) {
        const found = output.indexOf(text, at)
        if (found < 0) world.fail(`${command} did not print "${text}"${at > 0 ? ' after the others' : ''}:\n${output}`)
        at = found + text.length
      }
    },
  ),
]

function last(world: World): CommandResult {
  if (world.command === undefined) throw new SpecError('no step before this one ran a command')
  return world.command
}

/** How commands word it. */
const FAILURES: Readonly<Record<string, RegExp>> = {
  'is refused': /connection refused|connect to .* refused/i,
  'times out': /timed out|timeout|deadline exceeded/i,
}

/** The namespace in force, where it is not that of the kubeconfig's context: the command's own -n comes after it. */
function context(world: World): string[] {
  return world.namespaces.at(-1) === 'default' ? [] : [`--namespace=${world.namespace}`]
}

/** Splits a command line as a shell does, quotes honoured: nothing is expanded, no shell is asked. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  )
}
