import type { Command } from 'commander'
import { examples } from './options.ts'

/** Features, run against clusters. */
export function addTestCommands(kubedrill: Command): void {
  kubedrill
    .command('test')
    .description('run features against simulated clusters')
    .argument('[files...]', 'features, directories or globs; default features/**/*.feature')
    .option('--tags <expression>', 'only scenarios with these tags')
    .option('--name <text>', 'only scenarios whose name contains this')
    .option('--format <formatter>', 'a cucumber formatter: progress, summary, message, html:report.html')
    .option('--import <file...>', 'your own step definitions')
    .option('--dry-run', 'only check that every step is known')
    .option('--transitions', 'say which transitions of the statecharts no scenario has fired')
    .addHelpText(
      'after',
      examples(
        'kubedrill test',
        'kubedrill test features/nodes/node-not-ready.feature:12',
        'kubedrill test --tags @etcd',
        'kubedrill test --transitions',
      ),
    )
    .action(async (files, options) => (await import('./commands/test.ts')).test(files, options))
}
