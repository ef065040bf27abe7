import { selectorFromSet } from '../../src/api/labels.ts'
import { storageClassOf } from '../../src/api/storage.ts'
import type { KubernetesObject, Pod, WatchEvent } from '../../src/api/types.ts'
import { DefaultSelectors } from '../../src/control-plane/scheduler/default-selector.ts'
import { DEFAULT_FEATURES } from '../../src/control-plane/scheduler/features.ts'
import type { PluginHandle, Snapshot } from '../../src/control-plane/scheduler/framework.ts'
import { countMatching, type ImageState, NodeInfo } from '../../src/control-plane/scheduler/node-info.ts'
import { podInfoOf } from '../../src/control-plane/scheduler/pod-info.ts'
import type { StorageSource } from '../../src/control-plane/scheduler/storage.ts'
import { FakeClient } from '../../src/control-plane/scheduler/testing/fake-client.ts'
import { pluginHandle } from '../../src/control-plane/scheduler/testing/plugins.ts'
import { TopologyIndex } from '../../src/control-plane/scheduler/topology-index.ts'
import { VirtualClock } from '../../src/sim/clock.ts'
import type { Inputs } from './inputs.ts'
import type { RecordedNode } from './scheduler-call.ts'

export function nodeInfoOf({ node, pods, images }: RecordedNode): NodeInfo {
  const info = new NodeInfo(node?.metadata.name ?? '', node ?? undefined)
  for (const [i, pod] of (pods ?? []).entries()) {
    const named = pod.metadata.name === undefined ? { ...pod, metadata: { ...pod.metadata, name: `pod-${i}` } } : pod
    info.addPod(podInfoOf(named as Pod))
  }
  info.imageStates = new Map(
    Object.entries(images ?? {}).map(([name, { Size, NumNodes }]): [string, ImageState] => [
      name,
      { size: Size, nodes: new Set(Array.from({ length: NumNodes }, (_, i) => String(i))) },
    ]),
  )
  return info
}

/** @param shown the nodes that the recording shows; the inputs' own go before them */
export function snapshotOf(shown: readonly NodeInfo[], inputs: Inputs): Snapshot {
  const nodes = inputs.snapshot?.map(nodeInfoOf) ?? shown
  const labels = new Map(
    (inputs.namespaces ?? []).flatMap(({ metadata }) =>
      metadata === undefined ? [] : [[metadata.name, metadata.labels ?? {}] as const],
    ),
  )
  const selectors = defaultSelectors(inputs)
  const index = new TopologyIndex()
  for (const node of nodes) index.countNode(node, 1)
  return {
    nodes,
    get: (name) => nodes.find((node) => node.name === name),
    podsByDomain: (query, topologyKey) => index.podsByDomain(query, topologyKey, nodes),
    podTerms: (kind) => index.podTerms(kind),
    domains: (topologyKey) => index.domains(topologyKey, nodes),
    namespaceLabels: (namespace) => labels.get(namespace) ?? {},
    namespaces: () => labels.keys(),
    isClaimUsed: (claim) => nodes.some(({ claims }) => claims.has(claim)),
    podCount: (selector, namespace) => (node) => countMatching(node, selector, namespace),
    // Without Services and controllers: as if one selected all that the pod is labelled with.
    defaultSelector: (pod) => selectors?.of(pod) ?? selectorFromSet(pod.metadata.labels),
  }
}

function defaultSelectors(inputs: Inputs): DefaultSelectors | undefined {
  const { services = [], replicationControllers = [], replicaSets = [], statefulSets = [] } = inputs
  const client = new FakeClient(new VirtualClock())
  const owners: readonly (readonly [string, readonly KubernetesObject[]])[] = [
    ['ReplicationController', replicationControllers],
    ['ReplicaSet', replicaSets],
    ['StatefulSet', statefulSets],
  ]
  if (services.length + owners.reduce((sum, [, objects]) => sum + objects.length, 0) === 0) return undefined
  for (const [kind, objects] of owners) for (const object of objects) client.create({ ...object, kind })
  const selectors = new DefaultSelectors(client)
  for (const object of services) selectors.onService({ type: 'ADDED', object } as WatchEvent<typeof object>)
  return selectors
}

/** What plugins are made with. */
export function handleOf(inputs: Inputs): PluginHandle {
  const features = Object.fromEntries((inputs.features ?? []).map((name) => [name, true]))
  return { ...pluginHandle(), storage: storageOf(inputs), features: { ...DEFAULT_FEATURES, ...features } }
}

function storageOf(inputs: Inputs): StorageSource {
  const { claims = [], volumes = [], classes = [], csiNodes = [], drivers = [], capacities = [] } = inputs
  const named = <T extends KubernetesObject>(objects: readonly T[], name: string) =>
    objects.find(({ metadata }) => metadata.name === name)
  return {
    claim: (namespace, name) =>
      named(
        claims.filter(({ metadata }) => (metadata.namespace ?? '') === namespace),
        name,
      ),
    volume: (name) => named(volumes, name),
    volumesOf: (className) => volumes.filter((volume) => storageClassOf(volume) === className),
    storageClass: (name) => named(classes, name),
    csiNode: (name) => named(csiNodes, name),
    csiDriver: (name) => named(drivers, name),
    capacities: () => capacities,
    attachmentsOn: (node) => (inputs.attachments ?? []).filter(({ spec }) => spec.nodeName === node),
    onChange: () => () => undefined,
  }
}
