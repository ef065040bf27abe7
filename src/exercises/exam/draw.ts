import { Random } from '../../sim/random.ts'
import { weightOf } from '../curriculum.ts'
import type { Pack } from '../pack.ts'
import type { PaperTask } from './state.ts'

interface Domain {
  readonly weight: number
  readonly tasks: PaperTask[]
}

/**
 * Draws the tasks of an exam: so many from each domain as its weight asks for, which of them and in which order by chance.
 * Where a domain has too few exercises the others fill its places. The same packs and seed draw the same tasks.
 *
 * @returns fewer than `count` when there are not so many exercises
 */
export function drawTasks(packs: readonly Pack[], count: number, seed: number): readonly PaperTask[] {
  const random = new Random(seed, 'exam')
  const domains = [...domainsOf(packs).values()].map((domain) => ({ ...domain, left: shuffled(domain.tasks, random) }))
  const total = domains.reduce((sum, { weight }) => sum + weight, 0)
  const drawn: PaperTask[] = []
  const places = Math.min(
    count,
    domains.reduce((sum, { tasks }) => sum + tasks.length, 0),
  )
  while (drawn.length < places) {
    // The one that is furthest below its share; the first of equals.
    const behind = ({ weight, tasks, left }: (typeof domains)[number]) =>
      (places * weight) / total - (tasks.length - left.length)
    const [next] = domains.filter(({ left }) => left.length > 0).sort((a, b) => behind(b) - behind(a))
    drawn.push(next!.left.pop()!)
  }
  return shuffled(drawn, random)
}

function domainsOf(packs: readonly Pack[]): ReadonlyMap<string, Domain> {
  const domains = new Map<string, Domain>()
  for (const pack of packs)
    for (const exercise of pack.exercises) {
      const { domain } = exercise
      const key = `${pack.exam} ${domain}`
      const known = domains.get(key) ?? { weight: weightOf(pack.exam, domain), tasks: [] }
      domains.set(key, known)
      known.tasks.push({
        exercise: exercise.id,
        title: exercise.title,
        pack: pack.id,
        directory: pack.directory,
        domain,
        competency: exercise.competency,
        weight: exercise.weight,
        minutes: exercise.minutes,
        max: exercise.criteria.reduce((sum, { points }) => sum + points, 0),
      })
    }
  return domains
}

/** Fisher and Yates'. */
function shuffled<T>(values: readonly T[], random: Random): T[] {
  const result = [...values]
  for (let last = result.length - 1; last > 0; last--) {
    const other = random.int(last + 1)
    ;[result[last], result[other]] = [result[other]!, result[last]!]
  }
  return result
}
