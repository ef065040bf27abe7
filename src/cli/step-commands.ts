import type { Command } from 'commander'
import { examples } from './options.ts'

/** What features may say. */
export function addStepCommands(kubedrill: Command): void {
  kubedrill
    .command('steps')
    .description('the steps that features are made of')
    .argument('[words...]', 'only steps that have all of these words in them')
    .option('--json', 'for programs')
    .addHelpText('after', examples('kubedrill steps', 'kubedrill steps event since', 'kubedrill steps --json'))
    .action(async (words, options) => (await import('./commands/steps.ts')).steps(words, options))
}
