import { selectorFromSet } from '../../api/labels.ts'
import { referencesOf } from '../../api/pod-references.ts'
import { resourceOf } from '../../api/resources.ts'
import type { Kind, KubernetesObject, PersistentVolumeClaim, Pod, Service } from '../../api/types.ts'
import type { StateChange } from '../failure-record.ts'
import type { World } from '../world.ts'

/** Kinds that somebody may own: where an object's descendants are looked for, gone ones too. */
const OWNED: readonly Kind[] = [
  ...(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'CronJob', 'Job'] as const),
  ...(['Service', 'PersistentVolumeClaim', 'Pod'] as const),
]

const keyOf = (kind: string, name: string) => `${kind} ${name}`

/**
 * All that an object's life hangs on: its owners, what it owns (or, a Service, selects) down to Pods, their nodes, claims,
 * Secrets and ConfigMaps. What is gone by now belongs to it too.
 */
export class Family {
  readonly roots: readonly KubernetesObject[]
  readonly #world: World
  readonly #members = new Map<string, KubernetesObject>()
  /** By Pod: the names of what it needs. */
  readonly #needs = new Map<string, ReadonlySet<string>>()

  constructor(world: World, roots: readonly KubernetesObject[]) {
    this.#world = world
    this.roots = roots
    for (const root of roots) {
      this.#owners(root, this.#members)
      for (const pod of this.#down(root)) this.#needsOf(pod)
    }
  }

  get isEmpty(): boolean {
    return this.roots.length === 0
  }

  get pods(): readonly Pod[] {
    return [...this.#members.values()].filter((each): each is Pod => each.kind === 'Pod')
  }

  has({ kind, name }: { readonly kind: string; readonly name: string }): boolean {
    return this.#members.has(keyOf(kind, name))
  }

  /** Whether something done to one object may have changed another one of the family. */
  mayChange(resource: string, name: string, changed: StateChange): boolean {
    const key = [...this.#members.keys()].find((each) => each.endsWith(` ${name}`) && isOf(each, resource))
    if (key === undefined) return false
    if (key === keyOf(changed.kind, changed.name)) return true
    const needs = this.#needs.get(changed.name)
    // A Pod may be made in another one's place.
    if (changed.kind === 'Pod' && needs !== undefined) return needs.has(key) || changed.from === undefined
    return !LEAVES.has(changed.kind)
  }

  /** Whether something was done to one of the family. */
  touches(resource: string, name: string): boolean {
    return [...this.#members.keys()].some((each) => each.endsWith(` ${name}`) && isOf(each, resource))
  }

  /** The object, what is below it; answers the Pods. */
  #down(root: KubernetesObject): readonly Pod[] {
    const found: KubernetesObject[] = root.kind === 'Service' ? [root, ...this.#selected(root as Service)] : [root]
    for (const each of found) {
      if (each.kind !== 'Pod' && each.kind !== 'Node' && each.kind !== 'Namespace') found.push(...this.#ownedBy(each))
      this.#members.set(keyOf(each.kind, each.metadata.name), each)
    }
    return found.filter((each): each is Pod => each.kind === 'Pod')
  }

  #ownedBy({ metadata: { uid } }: KubernetesObject): readonly KubernetesObject[] {
    return OWNED.flatMap((kind) => this.#everOf(kind)).filter((each) =>
      each.metadata.ownerReferences?.some((owner) => owner.uid === uid),
    )
  }

  #selected({ metadata, spec }: Service): readonly KubernetesObject[] {
    if (Object.keys(spec.selector ?? {}).length === 0) return []
    const selector = selectorFromSet(spec.selector)
    return this.#everOf('Pod').filter(
      (pod) => pod.metadata.namespace === metadata.namespace && selector.matches(pod.metadata.labels),
    )
  }

  #everOf(kind: Kind): readonly KubernetesObject[] {
    return [...this.#world.history.lives(kind)].map((life) => life.at(-1)!.object)
  }

  #owners({ metadata }: KubernetesObject, into: Map<string, KubernetesObject>): void {
    for (const { kind, name } of metadata.ownerReferences ?? []) {
      const owner = this.#known(kind, name, metadata.namespace)
      if (owner === undefined || into.has(keyOf(kind, name))) continue
      into.set(keyOf(kind, name), owner)
      this.#owners(owner, into)
    }
  }

  #needsOf(pod: Pod): void {
    const { namespace, name } = pod.metadata
    const needed = new Map<string, KubernetesObject>()
    this.#owners(pod, needed)
    const add = (kind: Kind, names: Iterable<string>, within = namespace) => {
      for (const each of names) {
        const object = this.#known(kind, each, within)
        // What is missing may have been taken away by a step.
        needed.set(keyOf(kind, each), object ?? { apiVersion: '', kind, metadata: { name: each } })
        const volume = (object as PersistentVolumeClaim | undefined)?.spec?.volumeName
        if (kind === 'PersistentVolumeClaim' && volume) add('PersistentVolume', [volume], undefined)
      }
    }
    const { secrets, configmaps, persistentvolumeclaims } = referencesOf(pod)
    add('Secret', secrets)
    add(
      'ConfigMap',
      [...configmaps].filter((each) => each !== 'kube-root-ca.crt'),
    )
    add('PersistentVolumeClaim', persistentvolumeclaims)
    if (pod.spec.nodeName) add('Node', [pod.spec.nodeName], undefined)
    // Nowhere to go: that may be for anything that was done to any node.
    else
      add(
        'Node',
        this.#world.client.list('Node').map(({ metadata }) => metadata.name),
        undefined,
      )
    this.#needs.set(name, new Set([...needed.keys(), keyOf('Pod', name)]))
    for (const [key, object] of needed) this.#members.set(key, this.#members.get(key) ?? object)
  }

  #known(kind: string, name: string, namespace: string | undefined): KubernetesObject | undefined {
    const within = resourceOf(kind)?.namespaced === false ? undefined : namespace
    return this.#world.history.of(kind, name, within).at(-1)?.object ?? this.#read(kind, name, within)
  }

  #read(kind: string, name: string, namespace: string | undefined): KubernetesObject | undefined {
    return resourceOf(kind) === undefined ? undefined : this.#world.get(kind, name, namespace)
  }
}

/** What happens to others does not change these. */
const LEAVES: ReadonlySet<string> = new Set(['Node', 'Secret', 'ConfigMap', 'Namespace'])

function isOf(key: string, resource: string): boolean {
  const plural = resourceOf(key.slice(0, key.indexOf(' ')))?.resource
  return plural === undefined || resource === '' || plural === resource
}
