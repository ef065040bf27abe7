import { join } from 'node:path'
import { readFeature } from '../feature.ts'
import { TAG } from '../grade.ts'
import { LEAST, withoutComments } from '../lint/read.ts'
import type { Exercise } from '../pack.ts'
import { Findings, type Place } from '../pack-error.ts'
import type { Flaw, Trial } from './contract.ts'

/** What the grades of all scripts say about an exercise. */
export function flawsOf(exercise: Exercise, trials: readonly Trial[]): readonly Flaw[] {
  const { id } = exercise
  const all = [
    ...trials.flatMap(wronglyGraded),
    ...tooFew(trials),
    ...neverFailed(exercise, trials),
    ...together(exercise, trials).filter(([about]) => !isNote(exercise, about)),
    ...theSame(trials),
    ...nothingDone(trials),
  ]
  return all.map(([about, message]) => ({ exercise: id, about, message }))
}

/** Where to look for what a flaw is about. */
export function placeOf({ directory, setup, checks, criteria }: Exercise, { about, message }: Flaw): Place {
  if (/^(solutions|wrong)\//.test(about)) return { file: join(directory, about) }
  const [, file, line] = /^(checks\.feature|hints\.md|debrief\.md):(\d+)$/.exec(about) ?? []
  if (file !== undefined)
    return { file: file === 'checks.feature' ? checks : join(directory, file), line: Number(line) }
  if (about === 'untouched' || about === 'setup.feature') {
    const scenarios = readFeature(setup, new Findings())
    const step = scenarios.flatMap(({ steps }) => steps).find(({ text }) => message.includes(`: ${text}: `))
    return step?.place ?? scenarios[0]?.place ?? { file: setup }
  }
  const id = /^criterion (.*)$/.exec(about)?.[1] ?? criteria[0]!.id
  const scenario = readFeature(checks, new Findings()).find(({ tags }) => tags.includes(`${TAG}${id}`))
  return scenario?.place ?? { file: checks }
}

type Found = readonly (readonly [about: string, message: string])[]

function wronglyGraded({ name, kind, grade }: Trial): Found {
  const missed = grade.criteria.filter(({ outcome }) => outcome !== 'passed')
  const earned = grade.criteria.filter(({ outcome }) => outcome === 'passed')
  if (kind === 'untouched' && grade.score > 0) {
    if (missed.length === 0)
      return [[name, 'earns full marks before anything is done: the set-up breaks nothing that the checks look at']]
    const ids = earned.map((each) => each.id).join(', ')
    const remedy = 'let the set-up break it, or let it count only with the outcome (needs: [its id])'
    return [[name, `earns ${grade.score} of ${grade.max} before anything is done: ${ids}; ${remedy}`]]
  }
  if (kind === 'right' && missed.length > 0) {
    const why = missed.map((each) => `${each.id}: ${firstLine(each.saw ?? `needs ${each.needs?.join(', ')}`)}`)
    return [[name, `earns ${grade.score} of ${grade.max}: ${why.join('; ')}`]]
  }
  if (kind === 'wrong' && missed.length === 0)
    return [[name, 'earns full marks: add a criterion that it misses, or move it to solutions/']]
  return []
}

function tooFew(trials: readonly Trial[]): Found {
  return (
    [
      ['solutions', 'right'],
      ['wrong', 'wrong'],
    ] as const
  ).flatMap(([folder, kind]) => {
    const found = trials.filter((trial) => trial.kind === kind).length
    if (found >= LEAST[folder]) return []
    return [[`${folder}/`, `has ${found} script${found === 1 ? '' : 's'}, not at least ${LEAST[folder]}`] as const]
  })
}

function neverFailed({ criteria }: Exercise, trials: readonly Trial[]): Found {
  const isFailed = (id: string) =>
    trials.some(
      ({ kind, grade }) =>
        kind === 'wrong' && grade.criteria.some((each) => each.id === id && each.outcome === 'failed'),
    )
  return criteria
    .filter(({ id }) => !isFailed(id))
    .map(({ id }) => [
      `criterion ${id}`,
      'is failed by none of the wrong solutions: add a near miss that does, or see whether it grades anything',
    ])
}

/** What an author should know of all that. Two near misses for what needs the same outcome may be hard to think of. */
export function notesOf(exercise: Exercise, trials: readonly Trial[]): readonly Flaw[] {
  return together(exercise, trials)
    .filter(([about]) => isNote(exercise, about))
    .map(([about, message]) => ({ exercise: exercise.id, about, message }))
}

const isNote = ({ criteria }: Exercise, about: string) =>
  criteria.some(({ id, needs = [] }) => about === `criterion ${id}` && needs.length > 0)

/** Criteria that every script earns or misses together are one, as far as anybody can tell. */
function together({ criteria }: Exercise, trials: readonly Trial[]): Found {
  const outcomes = criteria.map(({ id }) =>
    trials.map(({ grade }) => grade.criteria.find((each) => each.id === id)!.outcome),
  )
  return criteria.flatMap(({ id }, index) => {
    const own = outcomes[index]!
    const first = outcomes.findIndex((other) => other.every((outcome, at) => outcome === own[at]))
    if (first === index || !own.includes('failed')) return []
    const other = criteria[first]!.id
    return [
      [
        `criterion ${id}`,
        `is earned and missed together with ${other} by every script: make them one, or add a near miss that earns only one of them`,
      ] as const,
    ]
  })
}

/** A near miss that changes nothing misses for another reason than its author thinks. */
function nothingDone(trials: readonly Trial[]): Found {
  return trials.flatMap(({ name, kind, changes, output }) => {
    if (kind !== 'wrong' || changes) return []
    const said = output.split('\n').find((line) => /error|not |unknown/i.test(line))
    return [[name, `changes nothing, so it is no near miss${said === undefined ? '' : `: ${said}`}`] as const]
  })
}

/** Scripts that are one another's copy, or do the very same to the cluster, try nothing new. */
function theSame(trials: readonly Trial[]): Found {
  const seen = new Map<string, string>()
  return trials.flatMap(({ name, kind, script, requests }) => {
    if (kind === 'untouched') return []
    const text = withoutComments(script).replace(/\s+/g, ' ')
    const keys = [text, ...(requests === '[]' ? [] : [requests])]
    const other = keys.map((key) => seen.get(key)).find((each) => each !== undefined)
    for (const key of keys) seen.set(key, name)
    return other === undefined ? [] : [[name, `is the same as ${other}: try something else in it`] as const]
  })
}

const firstLine = (text: string) => text.split('\n')[0]!
