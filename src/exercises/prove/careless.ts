import type { KubernetesObject } from '../../api/types.ts'
import { type Deed, patched, templateOf, workloadsIn } from './deeds.ts'

/** What workloads say for their own and others' safety, and how a task speaks of it. */
const CARE = {
  probes: { fields: ['livenessProbe', 'readinessProbe', 'startupProbe'], spoken: /probe/i },
  resources: { fields: ['resources'], spoken: /\bresources?\b|\blimits?\b|memory|\bcpu\b/i },
  'security contexts': { fields: ['securityContext'], spoken: /security|privileg|\broot\b|capabilit|read-only/i },
} as const

type Fields = Readonly<Record<string, unknown>>

const hasAny = (fields: Fields, names: readonly string[]) =>
  names.some((name) => Object.keys((fields[name] as object | undefined) ?? {}).length > 0)
const without = (fields: Fields, names: readonly string[]) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))

const isCareful = (object: KubernetesObject, names: readonly string[]) =>
  [templateOf(object).spec as unknown as Fields, ...templateOf(object).spec.containers].some((each) =>
    hasAny(each, names),
  )

/** For each kind of care: workloads do without. */
export function careless(all: readonly KubernetesObject[]): readonly Deed[] {
  return Object.entries(CARE).flatMap(([what, { fields }]) => {
    const objects = workloadsIn(all).filter((object) => isCareful(object, fields))
    return objects.length === 0 ? [] : [stripped(`${what} are taken out`, fields, objects)]
  })
}

/** All of it at once. */
export function carefree(all: readonly KubernetesObject[]): readonly Deed[] {
  const fields = Object.values(CARE).flatMap((each) => each.fields)
  const objects = workloadsIn(all).filter((object) => isCareful(object, fields))
  return objects.length === 0
    ? []
    : [stripped('probes, resources and security contexts are taken out', fields, objects)]
}

function stripped(deed: string, fields: readonly string[], objects: readonly KubernetesObject[]): Deed {
  const body = (object: KubernetesObject) => {
    const { containers, ...pod } = templateOf(object).spec
    const bare = containers.map((container) => without(container, fields))
    const forPod = fields.includes('securityContext') && hasAny(pod, fields) ? { securityContext: null } : {}
    return { spec: { template: { spec: { ...forPod, containers: bare } } } }
  }
  return patched({ deed, what: 'stripped' }, objects, body)
}

/** The care that a deed of `careless` ends. */
const careOf = ({ deed }: Deed) => Object.entries(CARE).find(([what]) => deed.startsWith(`${what} are `))?.[1]

/** Whether a task speaks of what is taken out. */
export const isSpokenOf = (deed: Deed, task: string) => careOf(deed)?.spoken.test(task) === true

/** Whether somebody who is right takes some of it out of one of a deed's workloads, too. */
export function isDoneWithout(deed: Deed, get: (object: KubernetesObject) => KubernetesObject | undefined): boolean {
  const care = careOf(deed)
  return (
    care !== undefined &&
    deed.objects.some((object) => {
      const left = partsOf(get(object) ?? object, care.fields)
      return [...partsOf(object, care.fields)].some((part) => !left.has(part))
    })
  )
}

/** `0 livenessProbe`, `0 resources limits memory`: a probe may be another, a limit is one of several. */
function partsOf(object: KubernetesObject, fields: readonly string[]): ReadonlySet<string> {
  const within = (value: unknown, path: string): readonly string[] =>
    typeof value !== 'object' || value === null || path.endsWith('Probe')
      ? [path]
      : Object.entries(value).flatMap(([key, inner]) => within(inner, `${path} ${key}`))
  const { containers, ...pod } = templateOf(object).spec
  const all = [...containers, pod].flatMap((given: Fields, index) =>
    fields.flatMap((field) => (given[field] === undefined ? [] : within(given[field], `${index} ${field}`))),
  )
  return new Set(all)
}
