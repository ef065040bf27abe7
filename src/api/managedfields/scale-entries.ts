import { type Managed, type ManagedFieldsEntry, managerId } from './entries.ts'
import { difference, type FieldSet, has, isEmpty, SetBuilder } from './field-set.ts'
import { fieldElement, type PathElement } from './path-element.ts'
import type { Owned } from './updater.ts'

const SCALE = 'autoscaling/v1'

/** Ownership of the replicas, between an object and its Scale. Source: apimachinery/pkg/util/managedfields/scalehandler.go */
export interface ScaledKind {
  readonly apiVersion: string
  /** Where the replicas stand: `['spec', 'replicas']`. */
  readonly replicasPath: readonly string[]
}

const REPLICAS = pathOf(['spec', 'replicas'])

function pathOf(names: readonly string[]): readonly PathElement[] {
  return names.map(fieldElement)
}

function only(path: readonly PathElement[]): FieldSet {
  const set = new SetBuilder()
  set.insert(path)
  return set
}

/** Updates are known by the version they were made in: those of the Scale are others than those of the object. */
const inScale = (id: string) => managerId({ ...(JSON.parse(id) as ManagedFieldsEntry), apiVersion: SCALE })

/** Who owns the replicas of the Scale. */
export function toScale({ managers, times }: Managed, { apiVersion, replicasPath }: ScaledKind): Managed {
  const path = pathOf(replicasPath)
  const owners = [...managers].filter(([, owned]) => owned.apiVersion === apiVersion && has(owned.set, path))
  const owned = owners.map(([id, { applied }]): [string, Owned] => [
    inScale(id),
    { set: only(REPLICAS), apiVersion: SCALE, applied },
  ])
  const known = owners.flatMap(([id]) => {
    const time = times.get(id)
    return time === undefined ? [] : [[inScale(id), time] as const]
  })
  return { managers: new Map(owned), times: new Map(known) }
}

/**
 * Who owns what of the object, after a write of its Scale. New owners come without a time, and an update that wrote the
 * object before becomes an entry of its own: both as upstream has them.
 */
export function fromScale(parent: Managed, scale: Managed, { apiVersion, replicasPath }: ScaledKind): Managed {
  const path = pathOf(replicasPath)
  const replicas = only(path)
  const managers = new Map<string, Owned>()
  const left = new Map(scale.managers)
  for (const [id, owned] of parent.managers) {
    if (owned.apiVersion !== apiVersion) continue
    if (!has(owned.set, path) || left.delete(id)) {
      managers.set(id, owned)
      continue
    }
    const set = difference(owned.set, replicas)
    if (!isEmpty(set)) managers.set(id, { ...owned, set })
  }
  for (const [id, { set, applied }] of left)
    if (has(set, REPLICAS)) managers.set(id, { set: replicas, apiVersion, applied })
  const times = [...parent.times].filter(([id]) => managers.has(id))
  return { managers, times: new Map(times) }
}
