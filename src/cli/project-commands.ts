import type { Command } from 'commander'
import { examples, json } from './options.ts'

/** Suites of one's own. */
export function addProjectCommands(kubedrill: Command): void {
  kubedrill
    .command('init')
    .description('begin a project of features: a suite that passes as it is')
    .argument('[directory]', 'where; made if need be', '.')
    .addOption(json())
    .addHelpText('after', examples('kubedrill init my-specs', 'kubedrill init && npm install && npx kubedrill test'))
    .action(async (directory, options) => (await import('./commands/init.ts')).init(directory, options))
}
