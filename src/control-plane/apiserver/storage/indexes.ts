import type { KubernetesObject } from '../../../api/types.ts'
import { exactField, type FieldGetter, type Filter } from './filter.ts'
import { PostingIndex } from './posting.ts'

/** Fields that lists and watches of many ask for by value: each kubelet asks for the pods of its node. */
const INDEXED_FIELD = 'spec.nodeName'

/**
 * Indexes over the objects of one resource: namespace always; labels, owners and the node from the first question on.
 */
export class Indexes {
  readonly namespaces = new PostingIndex()
  readonly #nodeOf: FieldGetter | undefined
  readonly #objects: ReadonlyMap<string, KubernetesObject>
  #nodes: PostingIndex | undefined
  #labels: PostingIndex | undefined
  #owners: PostingIndex | undefined

  constructor(
    objects: ReadonlyMap<string, KubernetesObject>,
    fields: Readonly<Record<string, FieldGetter>> | undefined,
  ) {
    this.#objects = objects
    this.#nodeOf = fields?.[INDEXED_FIELD]
  }

  /** Keeps up with a change; either side may be missing. */
  update(key: string, object: KubernetesObject | undefined, previous: KubernetesObject | undefined): void {
    if (object === undefined || previous === undefined) {
      const namespace = (object ?? previous)!.metadata.namespace ?? ''
      if (object !== undefined) this.namespaces.add(namespace, key)
      else this.namespaces.remove(namespace, key)
    }
    if (this.#labels !== undefined && object?.metadata.labels !== previous?.metadata.labels)
      move(this.#labels, key, labelValues(object), labelValues(previous))
    if (this.#owners !== undefined && object?.metadata.ownerReferences !== previous?.metadata.ownerReferences)
      move(this.#owners, key, ownerValues(object), ownerValues(previous))
    if (this.#nodes !== undefined) this.#moveNode(this.#nodes, key, object, previous)
  }

  /** The smallest set of keys that holds everything the filter selects; undefined: no index helps. */
  candidates(filter: Filter): Iterable<string> | undefined {
    if (filter.ownerUid !== undefined) return this.owned(filter.ownerUid)
    const node = this.#nodeOf === undefined ? undefined : exactField(filter, INDEXED_FIELD)
    if (node !== undefined) return this.#nodeIndex(this.#nodeOf!).get(node) ?? []
    return this.#byLabels(filter) ?? (filter.namespace === undefined ? undefined : this.inNamespace(filter.namespace))
  }

  /** Keys of dependents, in order. */
  owned(uid: string): readonly string[] {
    return this.#ownerIndex().sorted(uid)
  }

  /** Whether `candidates` are just what the filter selects, so that nothing needs to be looked at twice. */
  answers({ namespace, labels, fields, ownerUid }: Filter): boolean {
    const terms = labels.requirements.length + fields.length + (ownerUid === undefined ? 0 : 1)
    if (terms !== 1 || labels.nothing) return false
    const operator = labels.requirements[0]?.operator
    // Labels are indexed by namespace, the others are not.
    if (operator !== undefined) return operator === '=' || operator === '==' || operator === 'in'
    const field = fields[0]
    const isNode = field?.field === INDEXED_FIELD && field.operator === '=' && this.#nodeOf !== undefined
    return namespace === undefined && (isNode || ownerUid !== undefined)
  }

  inNamespace(namespace: string): Iterable<string> {
    return this.namespaces.get(namespace) ?? []
  }

  #byLabels(filter: Filter): Iterable<string> | undefined {
    const terms = filter.labels.requirements.filter(
      ({ operator }) => operator === '=' || operator === '==' || operator === 'in',
    )
    if (terms.length === 0) return undefined
    const index = this.#labelIndex()
    const namespaces = filter.namespace === undefined ? [...this.namespaces.values()] : [filter.namespace]
    let best: string[] | ReadonlySet<string> | undefined
    let size = Number.POSITIVE_INFINITY
    for (const { key, values } of terms) {
      const sets = namespaces.flatMap((namespace) =>
        values.map((value) => index.get(labelValue(namespace, key, value)) ?? EMPTY),
      )
      const total = sets.reduce((sum, set) => sum + set.size, 0)
      if (total >= size) continue
      size = total
      best = sets.length === 1 ? sets[0]! : sets.flatMap((set) => [...set])
    }
    return best
  }

  #labelIndex(): PostingIndex {
    this.#labels ??= this.#build(labelValues)
    return this.#labels
  }

  #ownerIndex(): PostingIndex {
    this.#owners ??= this.#build(ownerValues)
    return this.#owners
  }

  #nodeIndex(nodeOf: FieldGetter): PostingIndex {
    this.#nodes ??= this.#build((object) => (object === undefined ? [] : [nodeOf(object)]))
    return this.#nodes
  }

  #moveNode(
    nodes: PostingIndex,
    key: string,
    object: KubernetesObject | undefined,
    previous: KubernetesObject | undefined,
  ): void {
    const now = object && this.#nodeOf!(object)
    const before = previous && this.#nodeOf!(previous)
    if (now === before) return
    if (before !== undefined) nodes.remove(before, key)
    if (now !== undefined) nodes.add(now, key)
  }

  #build(values: (object: KubernetesObject | undefined) => readonly string[]): PostingIndex {
    const index = new PostingIndex()
    for (const [key, object] of this.#objects) for (const value of values(object)) index.add(value, key)
    return index
  }
}

const EMPTY: ReadonlySet<string> = new Set()
const NONE: readonly string[] = []

function move(index: PostingIndex, key: string, now: readonly string[], before: readonly string[]): void {
  for (const value of before) if (!now.includes(value)) index.remove(value, key)
  for (const value of now) index.add(value, key)
}

function labelValue(namespace: string, key: string, value: string): string {
  return `${namespace}\0${key}\0${value}`
}

function labelValues(object: KubernetesObject | undefined): readonly string[] {
  const labels = object?.metadata.labels
  if (labels === undefined) return NONE
  const namespace = object!.metadata.namespace ?? ''
  return Object.keys(labels).map((key) => labelValue(namespace, key, labels[key]!))
}

function ownerValues(object: KubernetesObject | undefined): readonly string[] {
  return object?.metadata.ownerReferences?.map((reference) => reference.uid) ?? NONE
}
