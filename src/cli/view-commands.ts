import type { Command } from 'commander'
import { examples } from './options.ts'

/** The running exercise or exam on the whole screen. */
export function addViewCommands(kubedrill: Command): void {
  kubedrill
    .command('view')
    .description('the running exercise or exam on the whole screen: task, live checks, cluster')
    .addHelpText(
      'after',
      `${examples('kubedrill view', 'NO_COLOR=1 kubedrill view')}\n\nKeys: ? shows them. All it does can be done with other commands too.`,
    )
    .action(async () => (await import('./commands/view.ts')).view())
}
