import { resources } from '../../api/resources.ts'
import { nearestName } from '../explain/slips.ts'

/** Shorter names are near to too many. */
const LEAST_LETTERS = 6

/**
 * A kind that is nearly one that every cluster serves.
 *
 * @param isDefined whether something of the suite says that there is such a kind
 */
export function kindMistake(kind: string, isDefined: (kind: string) => boolean): string | undefined {
  if (kind.includes('.') || kind.length < LEAST_LETTERS || Object.hasOwn(resources, kind)) return undefined
  const meant = nearestName(kind, Object.keys(resources))
  if (meant === undefined || isDefined(kind)) return undefined
  return `no kind ${kind} is served; did you mean ${meant}?`
}
