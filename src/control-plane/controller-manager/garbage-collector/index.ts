import type { CustomResourceDefinition, KubernetesObject, OwnerReference, WatchEvent } from '../../../api/types.ts'
import type { Controller, ControllerContext, ControllerDescriptor, KindInfo } from '../controller.ts'
import { clientKind, customKindsOf } from '../custom-kinds.ts'
import { startLoop } from '../machine.ts'
import { collect } from './collect.ts'
import { isDeletingDependents, isOrphaning, OwnerGraph, owners } from './graph.ts'

/** Deletes what nobody owns any more, and what its owner's deletion takes along. Source: pkg/controller/garbagecollector/garbagecollector.go */
export const garbageCollectorController: ControllerDescriptor = {
  name: 'garbage-collector-controller',
  account: 'generic-garbage-collector',
  component: 'garbage-collector-controller',
  start: startGarbageCollector,
}

/** Events own nothing and nobody owns them (DefaultIgnoredResources); a Lease is looked up when its Node goes, watching heartbeats would cost. */
const NOT_WATCHED: ReadonlySet<string> = new Set(['Event', 'Lease'])

function startGarbageCollector({ client, informers, recorder, world, kinds }: ControllerContext): Controller {
  const graph = new OwnerGraph()
  const byName = new Map(kinds.map((kind) => [`${kind.apiVersion}/${kind.kind}`, kind]))
  const loop = startLoop({
    component: 'controller-manager/garbage-collector-controller',
    world,
    // The object and its owners are asked for, whatever the graph says.
    reads: 2,
    reconcile: (uid) =>
      collect(uid, { client, recorder, graph, kinds: byName, enqueue: (other) => loop.queue.add(other) }),
  })

  function changed(object: KubernetesObject, old: KubernetesObject | undefined): void {
    const uid = object.metadata.uid!
    const ownersChanged = old === undefined || old.metadata.ownerReferences !== object.metadata.ownerReferences
    graph.put(object, old)
    if (object.metadata.deletionTimestamp !== undefined) {
      if (old?.metadata.deletionTimestamp !== undefined && !ownersChanged) return
      if (isOrphaning(object)) loop.queue.add(uid)
      else if (isDeletingDependents(object)) {
        loop.queue.add(uid)
        for (const dependent of graph.dependents(uid)) loop.queue.add(dependent.metadata.uid!)
      }
    }
    if (!ownersChanged) return
    // Of owners that it had before there is nothing new. Source: graph_builder.go referencesDiffs, addDependentToOwners
    const added = owners(object).filter(({ uid: owner }) => !had(old, owner))
    if (added.some((ref) => !isSolid(object, ref, graph.get(ref.uid)))) loop.queue.add(uid)
    if (old !== undefined) wakeWaiting(old)
  }

  /** An owner that waits for its dependents may have waited for this one. */
  function wakeWaiting(object: KubernetesObject): void {
    for (const { uid } of owners(object)) {
      const owner = graph.get(uid)
      if (owner !== undefined && isDeletingDependents(owner)) loop.queue.add(uid)
    }
  }

  function gone(object: KubernetesObject): void {
    const uid = object.metadata.uid!
    graph.delete(object)
    for (const dependent of graph.dependents(uid)) loop.queue.add(dependent.metadata.uid!)
    wakeWaiting(object)
    if (object.kind !== 'Node') return
    for (const lease of client.list('Lease', { namespace: 'kube-node-lease', ownerUid: uid })) {
      graph.put(lease, undefined)
      loop.queue.add(lease.metadata.uid!)
    }
  }

  const follow = (kind: KindInfo) =>
    informers.on(clientKind(kind), ({ type, object }: WatchEvent, old: KubernetesObject | undefined) => {
      if (old !== undefined && old.metadata.uid !== object.metadata.uid) gone(old)
      const same = old?.metadata.uid === object.metadata.uid ? old : undefined
      if (type === 'DELETED') gone(object)
      else changed(object, same)
    })
  const stops = kinds.filter(({ kind }) => !NOT_WATCHED.has(kind)).map(follow)
  const custom = new CustomKinds(byName, follow)
  stops.push(informers.on('CustomResourceDefinition', ({ type, object }) => custom.changed(object, type === 'DELETED')))
  return {
    stop() {
      for (const stop of [...stops, () => custom.stop()]) stop()
      loop.stop()
    },
  }
}

/** Custom resources are followed as soon as their definition is established. */
class CustomKinds {
  readonly #byName: Map<string, KindInfo>
  readonly #follow: (kind: KindInfo) => () => void
  readonly #followed = new Map<string, () => void>()

  constructor(byName: Map<string, KindInfo>, follow: (kind: KindInfo) => () => void) {
    this.#byName = byName
    this.#follow = follow
  }

  changed(crd: CustomResourceDefinition, gone: boolean): void {
    const { name } = crd.metadata
    const served = gone ? [] : customKindsOf(crd)
    for (const kind of served) this.#byName.set(`${kind.apiVersion}/${kind.kind}`, kind)
    const [first] = served
    if (first !== undefined && !this.#followed.has(name)) this.#followed.set(name, this.#follow(first))
    if (!gone) return
    this.#followed.get(name)?.()
    this.#followed.delete(name)
    for (const { name: version } of crd.spec.versions)
      this.#byName.delete(`${crd.spec.group}/${version}/${crd.spec.names.kind}`)
  }

  stop(): void {
    for (const stop of this.#followed.values()) stop()
  }
}

function had(old: KubernetesObject | undefined, owner: string): boolean {
  return old !== undefined && owners(old).some(({ uid }) => uid === owner)
}

/**
 * The reference fits the owner that the graph knows. One that waits for its dependents looks for new ones when another
 * has gone. Source: graph_builder.go addDependentToOwners
 */
function isSolid({ metadata }: KubernetesObject, ref: OwnerReference, owner: KubernetesObject | undefined): boolean {
  if (owner === undefined) return false
  const { namespace = metadata.namespace, name } = owner.metadata
  return name === ref.name && owner.kind === ref.kind && namespace === metadata.namespace
}
