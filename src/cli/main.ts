import { pathToFileURL } from 'node:url'
import { Command, CommanderError } from 'commander'
import { addClusterCommands } from './cluster-commands.ts'
import { addExerciseCommands } from './exercise-commands.ts'
import { Failure } from './failure.ts'
import { addModeCommands } from './mode-commands.ts'
import { examples } from './options.ts'
import { addPackCommands } from './pack-commands.ts'
import { VERSION } from './package-root.ts'
import { addProjectCommands } from './project-commands.ts'
import { addReplayCommands } from './replay-commands.ts'
import { addStepCommands } from './step-commands.ts'
import { systemWords } from './system-error.ts'
import { tell } from './terminal.ts'
import { addTestCommands } from './test-commands.ts'
import { addViewCommands } from './view-commands.ts'

/** Each command loads what it needs when it is called: `kubedrill --help` is there at once. */
export function program(): Command {
  const kubedrill = new Command('kubedrill')
    .description(
      'A whole Kubernetes cluster in one process, on a virtual clock: exercises that grade themselves, specs of cluster behaviour.',
    )
    .version(VERSION)
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText('after', examples('kubedrill start', 'kubedrill serve --speed 10', 'kubedrill test features/nodes'))
  addExerciseCommands(kubedrill)
  addModeCommands(kubedrill)
  addViewCommands(kubedrill)
  addProjectCommands(kubedrill)
  addTestCommands(kubedrill)
  addReplayCommands(kubedrill)
  addStepCommands(kubedrill)
  addPackCommands(kubedrill)
  addClusterCommands(kubedrill)
  addCompletion(kubedrill)
  pointToHelp(kubedrill, 'kubedrill')
  return kubedrill
}

/** After a mistake in its command line each command points to its own help. */
function pointToHelp(command: Command, path: string): void {
  command.showHelpAfterError(`(${path} --help shows what there is)`)
  for (const each of command.commands) pointToHelp(each, `${path} ${each.name()}`)
}

function addCompletion(kubedrill: Command): void {
  kubedrill
    .command('completion')
    .description('completion for your shell')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', examples('source <(kubedrill completion bash)'))
    .action(async (shell) => (await import('./commands/completion.ts')).completion(shell, kubedrill))
}

/**
 * Runs a command line. Exit codes: 0 good, 1 the thing tested or graded failed, 2 usage or bad input. After an error nothing
 * that was begun goes on: a server that lost its port would write into the journal of the next.
 */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader of our output has left (`kubedrill list | head`): nothing is wrong.
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  try {
    await program().parseAsync(argv)
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else if (error instanceof Failure) {
      const { paragraph } = await import('./prose.ts')
      tell(paragraph(`kubedrill: ${error.message}`, process.stderr))
      process.exit(error.exitCode)
    } else if (systemWords(error) !== undefined) {
      tell(`kubedrill: ${systemWords(error)}`)
      process.exit(2)
    } else {
      tell(`kubedrill: this should not have happened, please report it: ${(error as Error).stack}`)
      process.exit(70)
    }
  }
}

// Run from its source: `npx tsx src/cli/main.ts serve`.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv)
