import type { Command } from 'commander'
import { examples, json, wholeNumber } from './options.ts'

/** Back to where a scenario failed. */
export function addReplayCommands(kubedrill: Command): void {
  kubedrill
    .command('replay')
    .description('the cluster of a failed scenario, at the instant of the failure')
    .argument(
      '<report>',
      'an html, message or json report of `kubedrill test`, or the record attached to a failed step',
    )
    .option('--step <n>', 'as it was when this step (from 1) had ended', wholeNumber)
    .option('--at <instant>', 'as it was so long after boot: +4m10s')
    .option('--failure <n>', 'which of several failures, from 1', wholeNumber)
    .option('--import <file...>', 'your own step definitions')
    .addOption(json())
    .addHelpText('after', examples('kubedrill replay report.html', 'kubedrill replay report.ndjson --at +2m'))
    .action(async (report, options) => (await import('./commands/replay.ts')).replay(report, options))
  kubedrill
    .command('step')
    .description('in a replay: back or forward by steps of the scenario')
    .argument('<direction>', 'back or forward')
    .argument('[n]', 'how many; default 1')
    .addOption(json())
    .addHelpText('after', examples('kubedrill step back', 'kubedrill step forward 2'))
    .action(async (direction, count, options) => (await import('./commands/travel.ts')).step(direction, count, options))
  kubedrill
    .command('goto')
    .description('in a replay: to the end of a step, or to an instant of the scenario')
    .argument('<place>', 'a step, from 1, or so long after boot: +2m10s')
    .addOption(json())
    .addHelpText('after', examples('kubedrill goto 3', 'kubedrill goto +2m10s'))
    .action(async (to, options) => (await import('./commands/travel.ts')).goTo(to, options))
}
