import { humanDuration } from '../../api/duration.ts'
import { type AttemptSummary, attemptsOf, domainsOf, streakOf } from '../../exercises/history.ts'
import { history, today } from '../history-file.ts'
import { columns, cut, paint, say, sayJson } from '../terminal.ts'
import { packs } from './exercises.ts'

/** How many attempts a screen shows; `--json` has all. */
const SHOWN = 20

/** `kubedrill history`: every attempt, weak domains, time per task. */
export function showHistory({ packs: directory, json }: { packs?: string; json?: boolean }): void {
  const attempts = attemptsOf(history())
  const domains = domainsOf(
    attempts,
    packs(directory).flatMap(({ exercises }) => exercises),
  )
  const streak = streakOf(attempts, today())
  if (json) {
    sayJson({ attempts, domains, streak })
    return
  }
  if (attempts.length === 0) {
    say('Nothing was graded yet: `kubedrill start` begins an exercise, `kubedrill check` grades it.')
    return
  }
  say(columns([['WHEN', 'EXERCISE', 'MODE', 'SCORE', 'TIME', 'HINTS'], ...attempts.slice(-SHOWN).map(row)], 1))
  if (attempts.length > SHOWN) say(`and ${attempts.length - SHOWN} before: --json`)
  const rows = domains.map(({ domain, percent, attempts: count, medianSeconds }) => [
    cut(domain, 46),
    percent === null ? '-' : `${percent} %`,
    String(count),
    medianSeconds === null ? '-' : humanDuration(medianSeconds * 1000),
  ])
  say(`\n${columns([['DOMAIN, WEAKEST FIRST', 'SCORE', 'ATTEMPTS', 'MEDIAN TIME'], ...rows])}`)
  if (streak > 0) say(`\n${paint('bold', `Daily: ${streak} in a row`)}`)
}

function row({ at, exercise, mode, score, max, seconds, hints }: AttemptSummary): string[] {
  const when = at.slice(0, 16).replace('T', ' ')
  return [when, exercise, mode, `${score}/${max}`, humanDuration(seconds * 1000), String(hints)]
}
