import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ExploreOptions } from './commands/explore.ts'
import type { Shard } from './features/options.ts'
import { examples, wholeNumber } from './options.ts'

/** What only means something where scenarios are run. */
const RUNNING = ['shard', 'parallel', 'rerun', 'report', 'format', 'dryRun', 'transitions', 'explore', 'exploreSeed']

/** Features, run against clusters. */
export function addTestCommands(kubedrill: Command): void {
  kubedrill
    .command('test')
    .description('run features against simulated clusters, or a real one')
    .argument(
      '[files...]',
      'features, directories or globs; default those of cucumber.json, else features/**/*.feature',
    )
    .option('--target <target>', 'where: sim, kubeconfig or kubeconfig:CONTEXT', targetOf)
    .option('--seed <number>', 'seed of all chance in simulated clusters; default 1', wholeNumber)
    .option('--tags <expression>', 'only scenarios with these tags: "@etcd and not @slow"')
    .option('--name <text...>', 'only scenarios whose name contains this, or one of these')
    .option('--shard <i/n>', 'only this part of the scenarios, of n equal parts', shardFrom)
    .option('--parallel <n>', 'so many scenarios at once: for real clusters', processes)
    .option('--rerun', 'only the scenarios that failed last time')
    .option('--report <kind=file...>', 'also write a report: html=FILE, junit=FILE, json=FILE, message=FILE')
    .option(
      '--format <formatter...>',
      "instead of kubedrill's own lines a formatter of cucumber's: pretty, summary, progress",
    )
    .option('--import <file...>', 'your own step definitions')
    .option('--config <file>', "cucumber's configuration; default cucumber.json (.yaml, .js) where there is one")
    .option('--no-config', 'without it')
    .option('--dry-run', 'only check that every step is known')
    .addOption(
      new Option('--lint', 'say what is wrong with the features and what nobody uses; run nothing').conflicts(RUNNING),
    )
    .addOption(new Option('--json', 'with --lint: print JSON, for programs').implies({ lint: true }))
    .addOption(
      new Option('--watch', 'run again what a change touches').conflicts([
        'lint',
        'rerun',
        'explore',
        'exploreSeed',
        'shard',
      ]),
    )
    .option('--transitions', 'say which transitions of the statecharts no scenario has fired')
    .option('--explore [tries]', 'run scenarios under so many orders of events; without a number those tagged @explore')
    .option('--explore-seed <seed>', 'the first order to try, or one with some of its disturbances: 17:3,5')
    .addHelpText(
      'after',
      examples(
        'kubedrill test',
        'kubedrill test features/nodes/node-failure.feature:12',
        'kubedrill test --tags "@etcd and not @slow" --report html=report.html junit=report.xml',
        'kubedrill test --rerun',
        'kubedrill test --lint',
        'kubedrill test --watch features/shop.feature',
        'kubedrill test --shard 2/4 --seed 7',
        'kubedrill test --target kubeconfig:kind-dev --parallel 4',
        'kubedrill test features/shop.feature --explore 50',
        'kubedrill test features/shop.feature:12 --explore-seed 17:3,5',
      ),
    )
    .action(act)
}

async function act(files: readonly string[], options: ExploreOptions): Promise<void> {
  if (options.lint) return (await import('./commands/lint-features.ts')).lintFeatures(files, options)
  if (options.watch)
    return (await import('./commands/watch-features.ts')).watchFeatures(files, options, process.argv.slice(3))
  if (options.explore !== undefined || options.exploreSeed !== undefined)
    return (await import('./commands/explore.ts')).explore(files, options)
  return (await import('./commands/test.ts')).test(files, options)
}

function targetOf(text: string): string {
  if (!/^(sim|kubeconfig(:.+)?)$/.test(text))
    throw new InvalidArgumentError('sim, kubeconfig or kubeconfig:CONTEXT is expected')
  return text
}

/** Each is a process of some 200 MB. */
const MOST_PROCESSES = 100

function processes(text: string): number {
  const number = wholeNumber(text)
  if (number < 1 || number > MOST_PROCESSES)
    throw new InvalidArgumentError(`a number from 1 to ${MOST_PROCESSES} is expected`)
  return number
}

function shardFrom(text: string): Shard {
  const [, index, total] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (index === undefined || total === undefined || index < 1 || index > total)
    throw new InvalidArgumentError('a part such as 2/4 is expected')
  return { index, total }
}
