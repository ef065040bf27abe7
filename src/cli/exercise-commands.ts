import type { Command } from 'commander'
import { examples, factor, json, packs, wholeNumber } from './options.ts'

/** Exercises: begin one, work on it, have it graded. */
export function addExerciseCommands(kubedrill: Command): void {
  addSessionCommands(kubedrill)
  const startOptions = (command: Command) =>
    command
      .addOption(packs())
      .option('--no-shell', 'do not open a shell, print how to reach the cluster')
      .option('--seed <number>', 'seed of all chance', wholeNumber, 1)
      .option('--speed <factor>', 'virtual seconds in a real one', factor, 1)
      .addOption(json())
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
