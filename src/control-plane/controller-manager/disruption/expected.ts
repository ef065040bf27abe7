import { controllerOf, groupOf } from '../../../api/meta.ts'
import { resourceOf } from '../../../api/resources.ts'
import type { OwnerReference, Pod, PodDisruptionBudget } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import { scaledValue } from '../int-or-percent.ts'

/** How many pods a budget counts on. */
export interface Expectation {
  readonly expected: number
  readonly desiredHealthy: number
  /** Names of pods without a controller. */
  readonly unmanaged: readonly string[]
}

/** Answers the text of an error where the number cannot be known. Source: pkg/controller/disruption/disruption.go getExpectedPodCount */
export function expectation(
  client: Client,
  { spec: { maxUnavailable, minAvailable } }: PodDisruptionBudget,
  pods: readonly Pod[],
): Expectation | string {
  if (maxUnavailable === undefined && typeof minAvailable === 'number')
    return { expected: pods.length, desiredHealthy: minAvailable, unmanaged: [] }
  if (maxUnavailable === undefined && minAvailable === undefined)
    return { expected: 0, desiredHealthy: 0, unmanaged: [] }
  const scale = expectedScale(client, pods)
  if (typeof scale === 'string') return scale
  const { expected, unmanaged } = scale
  const desiredHealthy =
    maxUnavailable === undefined
      ? scaledValue(minAvailable, expected, true)
      : Math.max(0, expected - scaledValue(maxUnavailable, expected, true))
  return { expected, desiredHealthy, unmanaged }
}

/** The sum of what the pods' controllers ask for. Source: getExpectedScale */
function expectedScale(client: Client, pods: readonly Pod[]): Omit<Expectation, 'desiredHealthy'> | string {
  const scales = new Map<string, number>()
  const looked = new Set<string>()
  const unmanaged: string[] = []
  for (const pod of pods) {
    const ref = controllerOf(pod)
    if (ref === undefined) {
      unmanaged.push(pod.metadata.name)
      continue
    }
    if (looked.has(ref.uid)) continue
    const found = findScale(client, ref, pod.metadata.namespace!)
    if (typeof found === 'string') return found
    if (found === undefined) return `found no controllers for pod ${JSON.stringify(pod.metadata.name)}`
    looked.add(ref.uid)
    scales.set(found.uid, found.replicas)
  }
  return { expected: [...scales.values()].reduce((sum, each) => sum + each, 0), unmanaged }
}

interface Scaled {
  readonly uid: string
  readonly replicas: number
}

/** Source: finders: getPodReplicationController, getPodDeployment, getPodReplicaSet, getPodStatefulSet, getScaleController */
function findScale(client: Client, ref: OwnerReference, namespace: string): Scaled | string | undefined {
  const kind = `${groupOf(ref.apiVersion)}/${ref.kind}`
  if (kind === '/ReplicationController' || kind === 'apps/StatefulSet') {
    const owner = client.get(ref.kind as 'ReplicationController' | 'StatefulSet', ref.name, namespace)
    return owner === undefined || owner.metadata.uid !== ref.uid ? undefined : scaleOf(owner)
  }
  if (kind === 'apps/ReplicaSet') {
    const replicaSet = client.get('ReplicaSet', ref.name, namespace)
    if (replicaSet === undefined || replicaSet.metadata.uid !== ref.uid) return undefined
    const above = controllerOf(replicaSet)
    if (above?.kind !== 'Deployment') return scaleOf(replicaSet)
    const deployment = client.get('Deployment', above.name, namespace)
    return deployment === undefined || deployment.metadata.uid !== above.uid ? undefined : scaleOf(deployment)
  }
  const known = resourceOf(ref.kind)
  if (known === undefined || known.group !== groupOf(ref.apiVersion))
    return `no matches for kind ${JSON.stringify(ref.kind)} in version ${JSON.stringify(ref.apiVersion)}`
  return `${known.resource}${known.group === '' ? '' : `.${known.group}`} does not implement the scale subresource`
}

function scaleOf({
  metadata,
  spec,
}: {
  readonly metadata: { readonly uid?: string }
  readonly spec: { readonly replicas?: number }
}): Scaled {
  return { uid: metadata.uid!, replicas: spec.replicas ?? 1 }
}
