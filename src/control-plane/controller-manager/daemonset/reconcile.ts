import { everything, selectorFromLabelSelector } from '../../../api/labels.ts'
import { isDeleting, newControllerRef, splitKey } from '../../../api/meta.ts'
import { type DaemonSet, isStatus, type Node, type Pod, type Status } from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'
import { claim } from '../claim.ts'
import { isNamespaceTerminating, type PodControl, podFromTemplate, slowStart } from '../pod-control.ts'
import { nodeShouldRunDaemonPod } from './eligibility.ts'
import type { FailedPodsBackOff } from './failed-pods.ts'
import { cleanUpHistory, constructHistory } from './history.ts'
import { demandOf, podsByNode, unscheduledWithoutNode } from './manage.ts'
import { rollingStep } from './rolling-update.ts'
import { daemonSetStatus } from './status.ts'
import { affinityToNode, daemonPodTemplate } from './template.ts'

/** Source: pkg/controller/daemon/daemon_controller.go BurstReplicas */
const BURST_REPLICAS = 250

export interface DaemonSetDependencies {
  readonly client: Client
  readonly clock: Clock
  readonly recorder: EventRecorder
  readonly pods: PodControl
  readonly backOff: FailedPodsBackOff
  readonly nodes: () => readonly Node[]
  readonly orphans: (namespace: string) => readonly Pod[]
  readonly checkAgainAfter: (key: string, ms: number) => void
}

/** One pass over one DaemonSet. */
interface Pass {
  readonly key: string
  readonly deps: DaemonSetDependencies
  readonly daemonSet: DaemonSet
  readonly nodes: readonly Node[]
  readonly hash: string
  /** Its pods by node, as they are now. */
  byNode: Map<string, Pod[]>
}

/** Source: daemon_controller.go syncDaemonSet */
export function reconcileDaemonSet(key: string, deps: DaemonSetDependencies): Status | undefined {
  const { client, recorder } = deps
  const { namespace, name } = splitKey(key)
  const daemonSet = client.get('DaemonSet', name, namespace)
  if (daemonSet === undefined) return undefined
  if (selectorFromLabelSelector(daemonSet.spec.selector) === everything) {
    const message = 'This daemon set is selecting all pods. A non-empty selector is required.'
    recorder.event(daemonSet, 'Warning', 'SelectingAll', message)
    return undefined
  }
  if (isDeleting(daemonSet)) return undefined
  const revisions = client.list('ControllerRevision', { namespace: namespace!, ownerUid: daemonSet.metadata.uid! })
  const history = constructHistory(client, daemonSet, revisions)
  if (isStatus(history)) return history
  const { hash, old } = history as Exclude<typeof history, Status>
  const pass: Pass = { key, deps, daemonSet, nodes: deps.nodes(), hash, byNode: daemonPods(daemonSet, deps) }
  const failed = manage(pass) ?? roll(pass) ?? cleanUpHistory(client, daemonSet, old, [...pass.byNode.values()].flat())
  return failed ?? updateStatus(pass)
}

function daemonPods(daemonSet: DaemonSet, { client, orphans }: DaemonSetDependencies): Map<string, Pod[]> {
  const { namespace, uid } = daemonSet.metadata
  const selector = selectorFromLabelSelector(daemonSet.spec.selector)
  const owned = client.list('Pod', { namespace: namespace!, ownerUid: uid! })
  return podsByNode(claim(client, 'Pod', daemonSet, selector, [...owned, ...orphans(namespace!)]).claimed)
}

/** Source: daemon_controller.go manage */
function manage(pass: Pass): Status | undefined {
  const { daemonSet, nodes, hash, deps, byNode } = pass
  const create: string[] = []
  const remove: Pod[] = []
  for (const node of nodes) {
    const { name } = node.metadata
    const demand = demandOf(node, byNode.get(name), daemonSet, hash, deps.clock.now())
    if (demand.create) create.push(name)
    remove.push(...demand.remove)
    for (const pod of demand.ended) if (mayRemoveEnded(pass, pod, name)) remove.push(pod)
  }
  remove.push(...unscheduledWithoutNode(new Set(nodes.map(({ metadata }) => metadata.name)), byNode))
  return syncNodes(pass, create, remove)
}

function mayRemoveEnded({ key, deps, daemonSet }: Pass, { metadata, status }: Pod, node: string): boolean {
  const pod = `${metadata.namespace}/${metadata.name}`
  if (status?.phase === 'Succeeded') {
    const message = `Found succeeded daemon pod ${pod} on node ${node}, will try to delete it`
    deps.recorder.event(daemonSet, 'Normal', 'SucceededDaemonPod', message)
    return true
  }
  const wait = deps.backOff.next(`${daemonSet.metadata.uid}/${daemonSet.status?.observedGeneration ?? 0}/${node}`)
  if (wait > 0) {
    deps.checkAgainAfter(key, wait)
    return false
  }
  const message = `Found failed daemon pod ${pod} on node ${node}, will try to kill it`
  deps.recorder.event(daemonSet, 'Warning', 'FailedDaemonPod', message)
  return true
}

/** Source: daemon_controller.go syncNodes */
function syncNodes(pass: Pass, create: readonly string[], remove: readonly Pod[]): Status | undefined {
  if (create.length + remove.length === 0) return undefined
  const { deps, daemonSet, hash } = pass
  const template = daemonPodTemplate(daemonSet, hash)
  const owners = [newControllerRef(daemonSet)]
  const waiting = create.slice(0, BURST_REPLICAS)
  let failed = slowStart(waiting.length, () => {
    const pod = podFromTemplate(template, daemonSet, owners)
    const affinity = affinityToNode(template.spec?.affinity, waiting.shift()!)
    const refused = deps.pods.create({ ...pod, spec: { ...pod.spec, affinity } }, daemonSet)
    return refused !== undefined && isNamespaceTerminating(refused) ? undefined : refused
  })
  for (const pod of remove.slice(0, BURST_REPLICAS)) {
    const refused = deps.pods.delete(pod, daemonSet)
    if (refused !== undefined && refused.reason !== 'NotFound') failed ??= refused
  }
  pass.byNode = daemonPods(daemonSet, deps)
  return failed
}

/** Source: pkg/controller/daemon/update.go rollingUpdate */
function roll(pass: Pass): Status | undefined {
  const { daemonSet, nodes, hash, deps } = pass
  if (daemonSet.spec.updateStrategy?.type === 'OnDelete') return undefined
  const byNode = new Map<string, readonly Pod[]>(pass.byNode)
  const desired = new Set<string>()
  for (const node of nodes) {
    const { name } = node.metadata
    if (!nodeShouldRunDaemonPod(node, daemonSet).shouldRun) continue
    desired.add(name)
    if (!byNode.has(name)) byNode.set(name, [])
  }
  const step = rollingStep({ daemonSet, hash, podsByNode: byNode, desired, now: deps.clock.now() })
  return syncNodes(pass, step.createOn, step.remove)
}

function updateStatus(pass: Pass): Status | undefined {
  const { deps, daemonSet, nodes, hash, key } = pass
  const status = daemonSetStatus(daemonSet, nodes, pass.byNode, hash, deps.clock.now())
  const { minReadySeconds = 0 } = daemonSet.spec
  if (minReadySeconds > 0 && status.numberReady !== (status.numberAvailable ?? 0))
    deps.checkAgainAfter(key, minReadySeconds * 1000)
  if (status === daemonSet.status) return undefined
  const { name, namespace } = daemonSet.metadata
  const answer = deps.client.updateStatus('DaemonSet', name, namespace, (now) => ({ ...now, status }))
  return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
}
