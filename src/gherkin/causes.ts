import type { KubernetesObject, Pod } from '../api/types.ts'
import type { StateChange } from './failure-record.ts'
import type { StepSpan } from './story.ts'

const LINKS_SHOWN = 8

/**
 * The steps that led to where an object is, each with the changes of state that came after it: a change belongs to the
 * last step before it that did something to the object, its node, its owners or its Pods, else to the last that did anything.
 */
export function causalChain(
  steps: readonly StepSpan[],
  changes: readonly StateChange[],
  about: KubernetesObject | undefined,
  stamp: (at: number) => string,
): string {
  const acting = steps.flatMap((step) => (step.deeds.length === 0 ? [] : [{ step, at: step.deeds[0]!.at }]))
  const kin = about === undefined ? undefined : kinOf(about)
  const lines: string[] = []
  let last: StepSpan | undefined
  for (const change of changes.filter((each) => each.from !== undefined && (kin?.(each.name) ?? true))) {
    const before = acting.filter(({ at }) => at <= change.at)
    const cause =
      before.findLast(({ step }) => touches(step, change.name) || (kin && touchesKin(step, kin))) ?? before.at(-1)
    if (cause === undefined) continue
    if (cause.step !== last) lines.push(`  step ${cause.step.index + 1} "${cause.step.text}" at ${stamp(cause.at)}`)
    last = cause.step
    lines.push(`    -> ${change.kind} ${change.name} ${change.from} -> ${change.to} ${stamp(change.at)}`)
  }
  if (lines.length === 0) return ''
  const shown = lines.slice(-LINKS_SHOWN)
  // A change without the step it came from says little.
  const head = lines.slice(0, -LINKS_SHOWN).findLast((line) => line.startsWith('  step'))
  return ['what led here:', ...(shown[0]!.startsWith('  step') || head === undefined ? [] : [head]), ...shown].join(
    '\n',
  )
}

const touches = (step: StepSpan, name: string) => step.deeds.some(({ names }) => names.includes(name))
const touchesKin = (step: StepSpan, kin: (name: string) => boolean) => step.deeds.some(({ names }) => names.some(kin))

/** Names that an object's life hangs on: its own, its node's, its owners', and of all that is named after it. */
function kinOf({ metadata, ...rest }: KubernetesObject): (name: string) => boolean {
  const { nodeName } = (rest as Partial<Pod>).spec ?? {}
  const owners = (metadata.ownerReferences ?? []).map(({ name }) => name)
  return (name) =>
    name === metadata.name ||
    name === nodeName ||
    name.startsWith(`${metadata.name}-`) ||
    owners.some((owner) => owner === name || owner.startsWith(`${name}-`))
}
