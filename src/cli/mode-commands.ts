import { type Command, InvalidArgumentError, Option } from 'commander'
import { examples, json, packs, wholeNumber } from './options.ts'

/** Exams, the daily exercise, and what has been achieved. */
export function addModeCommands(kubedrill: Command): void {
  const exam = kubedrill
    .command('exam')
    .description('a timed exam: tasks drawn by chance, no help, graded at the end')
    .addHelpText(
      'after',
      examples('kubedrill exam start', 'kubedrill exam start --seed 7 --tasks 15', 'kubedrill exam status --json'),
    )
  addExamStart(exam)
  addExamMoves(exam)
  addExamEnd(exam)
  addRecords(kubedrill)
}

function addExamStart(exam: Command): void {
  exam
    .command('start')
    .description('draw the tasks by the weights of their domains, and start the clock')
    .addOption(packs())
    .option('--pack <id...>', 'draw from these packs only')
    .option('--tasks <number>', 'how many tasks', within(1, 40), 17)
    .option('--minutes <number>', 'how long it lasts', within(1, 600), 120)
    .option('--seed <number>', 'draws the same tasks again; default by chance', wholeNumber)
    .option('--pass <percent>', 'what passes', within(0, 100), 66)
    .option('--no-shell', 'do not open a shell, print how to reach the cluster')
    .addOption(json())
    .action(async (options) => (await import('./commands/exam.ts')).examStart(options))
  exam
    .command('shell')
    .description('back into the exam that is running')
    .action(async () => (await import('./commands/exam.ts')).examShell({ shell: true }))
}

function addExamMoves(exam: Command): void {
  const go = (name: string, description: string, to: (current: number) => number) =>
    exam
      .command(name)
      .description(description)
      .addOption(json())
      .action(async (options) => (await import('./commands/exam.ts')).examGo(to, options))
  go('next', 'the next task', (current) => current + 1)
  go('prev', 'the task before', (current) => current - 1)
  exam
    .command('goto')
    .description('a task by its number')
    .argument('<task>', 'its number', wholeNumber)
    .addOption(json())
    .action(async (task, options) => (await import('./commands/exam.ts')).examGo(() => task, options))
  exam
    .command('skip')
    .description('leave this task for later, and go to the next that was not opened')
    .addOption(json())
    .action(async (options) => (await import('./commands/exam.ts')).examSkip(options))
  exam
    .command('flag')
    .description('mark a task to come back to')
    .argument('[task]', 'its number; default the current one', wholeNumber)
    .option('--off', 'take the mark off')
    .addOption(json())
    .action(async (task, options) => (await import('./commands/exam.ts')).examFlag(task, options))
  exam
    .command('status')
    .description('tasks, time left; the score once it is graded')
    .addOption(json())
    .action(async (options) => (await import('./commands/exam.ts')).examStatus(options))
  exam
    .command('reset')
    .description('this task from its beginning; the clock goes on')
    .addOption(json())
    .action(async (options) => (await import('./commands/exam.ts')).examReset(options))
}

function addExamEnd(exam: Command): void {
  exam
    .command('submit')
    .description('hand in, have it graded, see the review')
    .option('--yes', 'do not ask')
    .addOption(json())
    .action(async (options) => (await import('./commands/exam.ts')).examSubmit(options))
  exam
    .command('review')
    .description('per task what was expected, what was there and why it matters')
    .argument('[task]', 'only this task, by its number', wholeNumber)
    .option('--exam <id>', 'an earlier exam; default the last one')
    .addOption(json())
    .addHelpText(
      'after',
      examples('kubedrill exam review', 'kubedrill exam review 4', 'kubedrill exam review --exam 2'),
    )
    .action(async (task, options) => (await import('./commands/exam-review.ts')).review(options, task))
}

function addRecords(kubedrill: Command): void {
  kubedrill
    .command('daily')
    .description('the exercise of the day, chosen by the date and your weak domains')
    .addOption(packs())
    .option('--no-shell', 'do not open a shell, print how to reach the cluster')
    .option('--show', 'only say which it is, and your streak')
    .addOption(json())
    .action(async (options) => (await import('./commands/daily.ts')).daily(options))
  kubedrill
    .command('history')
    .description('every attempt, weak domains, time per task')
    .addOption(packs())
    .addOption(json())
    .action(async (options) => (await import('./commands/history.ts')).showHistory(options))
  kubedrill
    .command('report')
    .description('exams, domains and attempts as a page or as JSON')
    .option('--exam <id>', 'this exam; default all')
    .addOption(new Option('--html <file>', 'write a page here').conflicts('json'))
    .addOption(json())
    .addHelpText('after', examples('kubedrill report --html report.html', 'kubedrill report --json | jq .exams'))
    .action(async (options) => (await import('./commands/report.ts')).report(options))
  kubedrill
    .command('watch')
    .description('checks that turn green by themselves as you work')
    .option('--until-solved', 'end with exit code 0 once everything has passed')
    .addOption(json())
    .action(async (options) => (await import('./commands/watch.ts')).watch(options))
}

function within(least: number, most: number) {
  return (text: string): number => {
    const value = wholeNumber(text)
    if (value < least || value > most) throw new InvalidArgumentError(`${least} to ${most} is expected`)
    return value
  }
}
