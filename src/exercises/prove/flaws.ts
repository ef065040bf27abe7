import { LEAST, withoutComments } from '../lint/read.ts'
import type { Exercise } from '../pack.ts'
import type { Flaw, Trial } from './contract.ts'

/** What the grades of all scripts say about an exercise. */
export function flawsOf(exercise: Exercise, trials: readonly Trial[]): readonly Flaw[] {
  const { id } = exercise
  const all = [
    ...trials.flatMap(wronglyGraded),
    ...tooFew(trials),
    ...neverFailed(exercise, trials),
    ...theSame(trials),
  ]
  return all.map(([about, message]) => ({ exercise: id, about, message }))
}

type Found = readonly (readonly [about: string, message: string])[]

function wronglyGraded({ name, kind, grade }: Trial): Found {
  const missed = grade.criteria.filter(({ outcome }) => outcome !== 'passed')
  const earned = grade.criteria.filter(({ outcome }) => outcome === 'passed')
  if (kind === 'untouched' && grade.score > 0) {
    const ids = earned.map((each) => each.id).join(', ')
    return [[name, `earns ${grade.score} of ${grade.max} before anything is done: ${ids}`]]
  }
  if (kind === 'right' && missed.length > 0) {
    const why = missed.map((each) => `${each.id}: ${firstLine(each.saw ?? `needs ${each.needs?.join(', ')}`)}`)
    return [[name, `earns ${grade.score} of ${grade.max}: ${why.join('; ')}`]]
  }
  if (kind === 'wrong' && missed.length === 0) return [[name, 'earns full marks']]
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
    .map(({ id }) => [`criterion ${id}`, 'is failed by none of the wrong solutions'])
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
    return other === undefined ? [] : [[name, `is the same as ${other}`] as const]
  })
}

const firstLine = (text: string) => text.split('\n')[0]!
