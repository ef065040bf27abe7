import type { Scenario } from '../feature.ts'
import { type Deed, nameOf } from './deeds.ts'

/** What the checks say of objects that no deed of some kind gets by: to do it and to grade it would tell nothing new. */
interface Watched {
  /** Must be the ones that they were. */
  readonly identity: ReadonlySet<string>
  /** And must have changed in nothing. */
  readonly everything: ReadonlySet<string>
  /** Must not have Pods that are pinned. */
  readonly unpinned: ReadonlySet<string>
}

function watchedBy(scenarios: readonly Scenario[]): Watched {
  const texts = scenarios.flatMap(({ steps }) => steps.map(({ text }) => text))
  const found = (pattern: RegExp) => new Set(texts.flatMap((text) => pattern.exec(text)?.[1] ?? []))
  return {
    identity: found(/^(\w+ "[^"]+") (?:is unchanged|was not recreated) since "/),
    everything: found(/^(\w+ "[^"]+") is unchanged since "[^"]*"$/),
    unpinned: found(/^no Pod of (\w+ "[^"]+") is pinned to a node$/),
  }
}

/** Whether a deed must fail one of these scenarios, whatever else it does: an object of another UID is not the one it was. */
export function isForeseen({ what, objects }: Deed, scenarios: readonly Scenario[]): boolean {
  const { identity, everything, unpinned } = watchedBy(scenarios)
  const some = (names: ReadonlySet<string>) => objects.some((object) => names.has(nameOf(object)))
  if (what === 'deleted' || what === 'recreated') return some(identity)
  if (what === 'stripped' || what === 'loosened') return some(everything)
  if (what === 'pinned') return some(everything) || some(unpinned)
  return (
    what === 'scaled' &&
    objects.some(
      (object) => everything.has(nameOf(object)) && (object as { spec?: { replicas?: number } }).spec?.replicas !== 0,
    )
  )
}
