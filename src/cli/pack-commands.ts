import type { Command } from 'commander'
import { examples, json, wholeNumber } from './options.ts'

/** Packs of exercises: begin one, see what is wrong with it, prove that it grades as it is meant. */
export function addPackCommands(kubedrill: Command): void {
  const pack = kubedrill
    .command('pack')
    .description('write packs of exercises: docs/writing-packs.md')
    .addHelpText('after', examples('kubedrill pack new my-pack', 'kubedrill pack test my-pack'))
  const proving = (command: Command) =>
    command
      .argument('[directory]', 'a pack, or a directory of packs', '.')
      .option('--only <exercise...>', 'ids of exercises')
      .option('--quick', 'only the scripts: no vandals, no second seed, no reboots')
      .option('--jobs <number>', 'exercises proven at once; default: one for each processor', wholeNumber)
      .addOption(json())
  pack
    .command('new')
    .description('a pack with an exercise that works, or the skeleton of an exercise to be written')
    .argument('<directory>', 'of the pack; made where there is none')
    .argument('[exercise]', 'id of the exercise to be written; default: one that works, to look at')
    .addHelpText('after', examples('kubedrill pack new my-pack', 'kubedrill pack new my-pack wrong-port'))
    .action(async (directory, exercise) => (await import('./commands/pack-new.ts')).packNew(directory, exercise))
  pack
    .command('lint')
    .description('read every file of a pack, say all that is wrong or weak')
    .argument('[directory]', 'a pack, or a directory of packs', '.')
    .option('--strict', 'warnings fail, too')
    .addOption(json())
    .addHelpText('after', examples('kubedrill pack lint my-pack', 'kubedrill pack lint my-pack --json | jq'))
    .action(async (directory, options) => (await import('./commands/pack-lint.ts')).packLint(directory, options))
  proving(pack.command('prove'))
    .description('try every right and wrong solution, and what a vandal would do')
    .addHelpText('after', examples('kubedrill pack prove my-pack', 'kubedrill pack prove my-pack --only wrong-port'))
    .action(async (directory, options) => (await import('./commands/pack-prove.ts')).packProve(directory, options))
  proving(pack.command('test'))
    .description('lint and prove: what the CI of a pack runs')
    .option('--strict', 'warnings of lint fail, too')
    .addHelpText('after', examples('kubedrill pack test my-pack'))
    .action(async (directory, options) => (await import('./commands/pack-prove.ts')).packTest(directory, options))
  pack
    .command('prove-one', { hidden: true })
    .argument('<directory>')
    .option('--quick')
    .action(async (directory, options) =>
      (await import('./commands/pack-prove-one.ts')).packProveOne(directory, options),
    )
  pack
    .command('templates')
    .description('criteria to copy: unchanged, survives a reboot, connections, access')
    .addHelpText('after', examples('kubedrill pack templates'))
    .action(async () => (await import('./commands/pack-templates.ts')).packTemplates())
}
