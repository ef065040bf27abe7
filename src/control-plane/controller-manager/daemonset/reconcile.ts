import { everything, selectorFromLabelSelector } from '../../../api/labels.ts'
import { isDeleting, newControllerRef, splitKey } from '../../../api/meta.ts'
import { type ControllerRevision, type DaemonSet, isStatus, type Pod, type Status } from '../../../api/types.ts'
import type { Client, EventRecorder } from '../../../client/contract.ts'
import type { Clock } from '../../../sim/clock.ts'
import { claim } from '../claim.ts'
import { isNamespaceTerminating, type PodControl, podFromTemplate, slowStart } from '../pod-control.ts'
import type { DaemonPods } from './daemon-pods.ts'
import type { Expectations } from './expectations.ts'
import type { FailedPodsBackOff } from './failed-pods.ts'
import { claimRevisions, cleanUpHistory, constructHistory, type History } from './history.ts'
import { rollingStep } from './rolling-update.ts'
import { daemonSetStatus } from './status.ts'
import type { Tally } from './tally.ts'
import { affinityToNode, daemonPodTemplate } from './template.ts'
import type { DaemonSetView } from './view.ts'

/** Source: pkg/controller/daemon/daemon_controller.go BurstReplicas */
const BURST_REPLICAS = 250

export interface DaemonSetDependencies {
  readonly client: Client
  readonly clock: Clock
  readonly recorder: EventRecorder
  readonly pods: PodControl
  readonly backOff: FailedPodsBackOff
  readonly expectations: Expectations
  readonly owned: DaemonPods
  readonly viewOf: (daemonSet: DaemonSet) => DaemonSetView
  /** Pods of the namespace that nobody controls. */
  readonly orphans: (namespace: string) => readonly Pod[]
  readonly checkAgainAfter: (key: string, ms: number) => void
}

/** One pass over one DaemonSet. */
interface Pass {
  readonly key: string
  readonly deps: DaemonSetDependencies
  readonly daemonSet: DaemonSet
  readonly history: History
  readonly view: DaemonSetView
  readonly tally: Tally
}

/** Source: daemon_controller.go syncDaemonSet */
export function reconcileDaemonSet(key: string, deps: DaemonSetDependencies): Status | undefined {
  const { client, recorder, expectations, clock } = deps
  const { namespace, name } = splitKey(key)
  const daemonSet = client.get('DaemonSet', name, namespace)
  if (daemonSet === undefined) {
    expectations.forget(key)
    return undefined
  }
  if (selectorFromLabelSelector(daemonSet.spec.selector) === everything) {
    const message = 'This daemon set is selecting all pods. A non-empty selector is required.'
    recorder.event(daemonSet, 'Warning', 'SelectingAll', message)
    return undefined
  }
  if (isDeleting(daemonSet)) return undefined
  const revisions = claimRevisions(client, daemonSet)
  if (isStatus(revisions)) return revisions
  const history = constructHistory(client, daemonSet, revisions as readonly ControllerRevision[])
  if (isStatus(history)) return history
  const { hash } = history as History
  const view = deps.viewOf(daemonSet)
  const notClaimed = claimPods(daemonSet, view, deps)
  if (notClaimed !== undefined) return notClaimed
  const tally = view.tally(daemonSet, hash, clock.now())
  const pass: Pass = { key, deps, daemonSet, history: history as History, view, tally }
  if (!expectations.satisfied(key)) return updateStatus(pass, false)
  const failed = updateDaemonSet(pass)
  return failed ?? updateStatus(pass, true) ?? undefined
}

/** Adopts what nobody has, and lets go what the selector does not meet. Source: getDaemonPods */
function claimPods(daemonSet: DaemonSet, view: DaemonSetView, deps: DaemonSetDependencies): Status | undefined {
  const { client, orphans, owned } = deps
  const selector = selectorFromLabelSelector(daemonSet.spec.selector)
  const adoptable = orphans(daemonSet.metadata.namespace!).filter(({ metadata }) => selector.matches(metadata.labels))
  const candidates = [...adoptable, ...view.unmatched]
  view.unmatched.clear()
  if (candidates.length === 0) return undefined
  const { claimed, failed } = claim(client, 'Pod', daemonSet, selector, candidates)
  for (const pod of claimed) {
    const adopted = client.get('Pod', pod.metadata.name, pod.metadata.namespace)
    if (adopted !== undefined) owned.put(adopted, undefined)
  }
  return failed
}

/** Source: daemon_controller.go updateDaemonSet. The status is written even where this has failed. */
function updateDaemonSet(pass: Pass): Status | undefined {
  const { deps, daemonSet, history, key } = pass
  const podsNow = () =>
    [...deps.owned.of(daemonSet.metadata.uid!).byNode.values()].flatMap((pods) => [...pods.values()])
  const failed =
    manage(pass) ??
    (deps.expectations.satisfied(key) ? roll(pass) : undefined) ??
    cleanUpHistory(deps.client, daemonSet, history.old, podsNow)
  if (failed !== undefined) updateStatus(pass, true)
  return failed
}

/** Source: daemon_controller.go manage */
function manage(pass: Pass): Status | undefined {
  const create: string[] = []
  const remove: Pod[] = []
  for (const [name, demand] of pass.tally.needs) {
    if (demand.create) create.push(name)
    remove.push(...demand.remove)
    for (const pod of demand.ended) if (mayRemoveEnded(pass, pod, name)) remove.push(pod)
  }
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
  const { key, deps, daemonSet } = pass
  const nodes = create.slice(0, BURST_REPLICAS)
  const surplus = remove.slice(0, BURST_REPLICAS)
  deps.expectations.set(key, nodes.length, surplus.length)
  let failed = createPods(pass, nodes)
  for (const pod of surplus) {
    const refused = deps.pods.delete(pod, daemonSet)
    seeDeleted(deps, pod)
    if (refused === undefined) continue
    deps.expectations.lower(key, 0, 1)
    if (refused.reason !== 'NotFound') failed ??= refused
  }
  return failed
}

/** What was written is in the informer's cache by the time the status is. */
function seeDeleted({ client, owned }: DaemonSetDependencies, pod: Pod): void {
  const now = client.get('Pod', pod.metadata.name, pod.metadata.namespace)
  if (now === undefined || now.metadata.uid !== pod.metadata.uid) owned.delete(pod)
  else owned.put(now, pod)
}

function createPods({ key, deps, daemonSet, history }: Pass, nodes: readonly string[]): Status | undefined {
  if (nodes.length === 0) return undefined
  const template = daemonPodTemplate(daemonSet, history.hash)
  const pod = podFromTemplate(template, daemonSet, [newControllerRef(daemonSet)])
  let tried = 0
  const failed = slowStart(nodes.length, () => {
    const affinity = affinityToNode(template.spec?.affinity, nodes[tried++]!)
    const refused = deps.pods.create({ ...pod, spec: { ...pod.spec, affinity } }, daemonSet, (made) =>
      deps.owned.put(made, undefined),
    )
    // Where the namespace is going nothing is to be done, and nothing is heard of.
    if (refused === undefined || isNamespaceTerminating(refused)) return undefined
    deps.expectations.lower(key, 1, 0)
    return refused
  })
  deps.expectations.lower(key, nodes.length - tried, 0)
  return failed
}

/** Source: pkg/controller/daemon/update.go rollingUpdate */
function roll(pass: Pass): Status | undefined {
  const { daemonSet, tally } = pass
  if (daemonSet.spec.updateStrategy?.type === 'OnDelete') return undefined
  const { createOn, remove } = rollingStep(daemonSet, tally)
  return syncNodes(pass, createOn, remove)
}

function updateStatus({ deps, daemonSet, view, history, key }: Pass, observed: boolean): Status | undefined {
  const tally = view.tally(daemonSet, history.hash, deps.clock.now())
  const status = daemonSetStatus(daemonSet, tally.counts, observed)
  const { minReadySeconds = 0 } = daemonSet.spec
  if (minReadySeconds > 0 && tally.counts.ready !== tally.counts.available)
    deps.checkAgainAfter(key, minReadySeconds * 1000)
  if (status === daemonSet.status) return undefined
  const { name, namespace } = daemonSet.metadata
  const answer = deps.client.updateStatus('DaemonSet', name, namespace, (now) => ({ ...now, status }))
  return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
}
