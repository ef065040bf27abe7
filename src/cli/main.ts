import { pathToFileURL } from 'node:url'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { Failure } from './failure.ts'
import { VERSION } from './package-root.ts'
import { tell } from './terminal.ts'

/** Each command loads what it needs when it is called: `kubedrill --help` is there at once. */
export function program(): Command {
  const kubedrill = new Command('kubedrill')
    .description(
      'A whole Kubernetes cluster in one process, on a virtual clock: exercises that grade themselves, specs of cluster behaviour.',
    )
    .version(VERSION)
    .showSuggestionAfterError()
    .showHelpAfterError('(kubedrill --help shows what there is)')
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText('after', examples('kubedrill start', 'kubedrill serve --speed 10', 'kubedrill test features/nodes'))
  addExerciseCommands(kubedrill)
  addSessionCommands(kubedrill)
  addClusterCommands(kubedrill)
  return kubedrill
}

const examples = (...lines: string[]) => `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`
const json = () => new Option('--json', 'print JSON, for programs')
const extension = () =>
  new Option('--extension <file...>', 'controllers, plug-ins and images of your own: docs/extending.md')
const packs = () => new Option('--packs <directory>', 'also look for packs here').env('KUBEDRILL_PACKS')

function addExerciseCommands(kubedrill: Command): void {
  const startOptions = (command: Command) =>
    command
      .addOption(packs())
      .option('--no-shell', 'do not open a shell, print how to reach the cluster')
      .option('--seed <number>', 'seed of all chance', wholeNumber, 1)
      .option('--speed <factor>', 'virtual seconds in a real one', factor, 1)
  kubedrill
    .command('list')
    .description('the exercises, with your best scores')
    .addOption(packs())
    .addOption(json())
    .addHelpText('after', examples('kubedrill list', 'kubedrill list --json | jq'))
    .action(async (options) => (await import('./commands/list.ts')).list(options))
  startOptions(kubedrill.command('start').argument('[exercise]', 'id or number of an exercise'))
    .description('begin an exercise, or go on with the running one')
    .addHelpText('after', examples('kubedrill start', 'kubedrill start scheduler-down'))
    .action(async (exercise, options) => (await import('./commands/start.ts')).start(exercise, options))
  startOptions(kubedrill.command('reset'))
    .description('the running exercise from its beginning')
    .action(async (options) => (await import('./commands/progress.ts')).reset(options))
  kubedrill
    .command('stop')
    .description('end the exercise and its cluster')
    .action(async () => (await import('./commands/progress.ts')).stop())
}

function addSessionCommands(kubedrill: Command): void {
  for (const [name, description] of [
    ['task', 'what is asked for'],
    ['hint', 'the next hint; each costs points'],
    ['solution', 'how it can be solved, and what to remember'],
  ] as const) {
    kubedrill
      .command(name)
      .description(description)
      .addOption(json())
      .action(async (options) => (await import('./commands/progress.ts'))[name](options))
  }
  kubedrill
    .command('check')
    .description('grade the cluster as it is now')
    .addOption(json())
    .addHelpText('after', examples('kubedrill check', 'kubedrill check --json | jq .score'))
    .action(async (options) => (await import('./commands/check.ts')).check(options))
  kubedrill
    .command('ssh')
    .description('a shell on a node')
    .argument('<node>')
    .argument('[command...]', 'run this instead of a shell')
    .passThroughOptions()
    .addHelpText('after', examples('kubedrill ssh worker-1', 'kubedrill ssh worker-1 systemctl status kubelet'))
    .action(async (node, command) => (await import('./commands/ssh.ts')).ssh(node, command))
  kubedrill
    .command('skip')
    .description('let time pass at once')
    .argument('<duration>', '90s, 10m, 1h30m')
    .addOption(json())
    .action(async (duration, options) => (await import('./commands/skip.ts')).skip(duration, options))
}

function addServeCommand(kubedrill: Command): void {
  kubedrill
    .command('serve')
    .description('a cluster in the foreground, for kubectl and other clients')
    .option('--topology <file>', 'which machines there are')
    .option('--images <file>', 'images that behave as declared: docs/images.md')
    .option('--port <number>', 'port on 127.0.0.1', port, 0)
    .option('--kubeconfig <file>', 'write a kubeconfig here')
    .option('--seed <number>', 'seed of all chance', wholeNumber, 1)
    .option('--speed <factor>', 'virtual seconds in a real one', factor, 1)
    .addOption(
      new Option(
        '--profile <name>',
        "which parts run: full, or control-plane: API server and controllers as Kubernetes' own kubectl tests want them",
      )
        .choices(['full', 'control-plane'])
        .default('full'),
    )
    .option(
      '--token-auth-file <file>',
      'CSV of static bearer tokens: token,user,uid,"group1,group2"; control-plane: admin-token, in system:masters',
    )
    .option('--client-ca-file <file>', 'accept client certificates of this CA too')
    .option(
      '--cluster-signing-cert-file <file>',
      "the CA that signs CertificateSigningRequests; default the cluster's own",
    )
    .option('--cluster-signing-key-file <file>', 'its key')
    .option('--audit-policy-file <file>', 'what the audit log says of which requests')
    .option('--audit-log-path <file>', 'append the audit log here; - is standard output')
    .option('--authorization-mode <modes>', 'default Node,RBAC; control-plane: RBAC,AlwaysAllow')
    .option('--enable-admission-plugins <names>', 'more plug-ins than are on by default')
    .option('--disable-admission-plugins <names>', 'control-plane: ServiceAccount, webhooks and others are off')
    .option('--service-cluster-ip-range <cidr>', 'default 10.96.0.0/12; control-plane: 10.0.0.0/24')
    .option('--version-like <kubectl>', 'report the version of this kubectl (for --match-server-version)')
    .addOption(extension())
    .addOption(new Option('--session <directory>').hideHelp())
    .addHelpText(
      'after',
      examples('kubedrill serve --kubeconfig ./kubeconfig', 'kubedrill serve --topology ha.yaml --speed 60'),
    )
    .action(async (options) => (await import('./commands/serve.ts')).serve(options))
}

function addClusterCommands(kubedrill: Command): void {
  addServeCommand(kubedrill)
  addWhyCommand(kubedrill)
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
  kubedrill
    .command('machines')
    .description('the statecharts of every component')
    .argument('[name]', 'draw this one')
    .addOption(new Option('--format <format>', 'how it is drawn; default mermaid').choices(['mermaid', 'svg']))
    .option('--output <directory>', 'draw into files here: the named one, or all')
    .addOption(extension())
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'kubedrill machines',
        'kubedrill machines pod-worker',
        'kubedrill machines --format svg --output charts',
      ),
    )
    .action(async (name, options) => (await import('./commands/machines.ts')).machines(name, options))
  kubedrill
    .command('states')
    .description('the statecharts that run in the cluster now, and the state of each')
    .argument('[text]', 'only those with this in their component, object or machine')
    .addOption(json())
    .addHelpText(
      'after',
      examples('kubedrill states', 'kubedrill states kubelet/worker-1', 'kubedrill states default/web'),
    )
    .action(async (text, options) => (await import('./commands/states.ts')).states(text, options))
  kubedrill
    .command('completion')
    .description('completion for your shell')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', examples('source <(kubedrill completion bash)'))
    .action(async (shell) => (await import('./commands/completion.ts')).completion(shell, kubedrill))
}

function addWhyCommand(kubedrill: Command): void {
  kubedrill
    .command('why')
    .description('why a Pod is on its node, or on none: what each scheduling plugin says')
    .argument('<pod>', 'its name, or pod/NAME')
    .option('-n, --namespace <namespace>', 'its namespace', 'default')
    .addOption(json())
    .addHelpText('after', examples('kubedrill why pod/web-0', 'kubedrill why web-0 -n shop --json'))
    .action(async (pod, options) => (await import('./commands/why.ts')).why(pod, options))
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is expected')
  return Number(text)
}

function port(text: string): number {
  const value = wholeNumber(text)
  if (value > 65_535) throw new InvalidArgumentError('a port is at most 65535')
  return value
}

function factor(text: string): number {
  const value = Number(text)
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('a number above 0 is expected')
  return value
}

/** Runs a command line. Exit codes: 0 good, 1 the thing tested or graded failed, 2 usage or bad input. */
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
      tell(`kubedrill: ${error.message}`)
      process.exitCode = error.exitCode
    } else {
      tell(`kubedrill: this should not have happened, please report it: ${(error as Error).stack}`)
      process.exitCode = 70
    }
  }
}

// Run from its source: `npx tsx src/cli/main.ts serve`.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv)
