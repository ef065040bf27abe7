import { quantityMilliValue, quantityValue } from '../../../api/quantity.ts'
import type { Container, Pod, PodSpec } from '../../../api/types.ts'

type Amounts = ReadonlyMap<string, number>

/** By what says so: mostly the containers, which all pods of a template share. */
const known = new WeakMap<PodSpec | PodSpec['containers'], Amounts>()

/** What a pod asks for of a resource: millicores of cpu, whole units of others. Source: component-helpers/resource PodRequests */
export function requestOf({ spec }: Pod, resource: string): number {
  return requestsOf(spec).get(resource) ?? 0
}

/** The resources a pod asks for something of, cpu, memory and ephemeral-storage first. */
export function requestedResources({ spec }: Pod): readonly string[] {
  const names = [...requestsOf(spec)].flatMap(([name, amount]) => (amount > 0 ? [name] : []))
  return names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}

const FIRST = ['cpu', 'memory', 'ephemeral-storage']

function rank(name: string): number {
  const at = FIRST.indexOf(name)
  return at < 0 ? FIRST.length : at
}

export function amountOf(resource: string, quantity: string | number | undefined): number {
  return resource === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity)
}

function requestsOf(spec: PodSpec): Amounts {
  const { containers, initContainers, overhead, resources } = spec
  const source = initContainers === undefined && overhead === undefined && resources === undefined ? containers : spec
  let amounts = known.get(source)
  if (amounts === undefined) {
    amounts = compute(spec)
    known.set(source, amounts)
  }
  return amounts
}

function compute(spec: PodSpec): Amounts {
  const { containers, initContainers = [], overhead = {}, resources } = spec
  const names = new Set(
    [...containers, ...initContainers].flatMap((container) => Object.keys(container.resources?.requests ?? {})),
  )
  for (const name of [...Object.keys(overhead), ...Object.keys(resources?.requests ?? {})]) names.add(name)
  return new Map(
    [...names].map((name) => {
      const ofPod = resources?.requests?.[name]
      const own = ofPod === undefined ? together(containers, initContainers, name) : amountOf(name, ofPod)
      return [name, own + amountOf(name, overhead[name])]
    }),
  )
}

/** The containers with the sidecars, or the biggest init container with the sidecars before it. */
function together(containers: readonly Container[], initContainers: readonly Container[], name: string): number {
  const of = ({ resources }: Container) => amountOf(name, resources?.requests?.[name])
  let sidecars = 0
  let init = 0
  for (const container of initContainers) {
    if (container.restartPolicy === 'Always') {
      sidecars += of(container)
      init = Math.max(init, sidecars)
    } else init = Math.max(init, sidecars + of(container))
  }
  return Math.max(sidecars + containers.reduce((sum, container) => sum + of(container), 0), init)
}
