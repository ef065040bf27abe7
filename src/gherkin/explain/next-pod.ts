import { findCondition, isNodeReady, isPodReady } from '../../api/conditions.ts'
import { referencesOf } from '../../api/pod-references.ts'
import { toleratesTaint } from '../../api/taints.ts'
import type { ContainerStatus, Event, Node, PersistentVolumeClaim, Pod } from '../../api/types.ts'
import { verdictText } from '../../cluster/index.ts'
import type { World } from '../world.ts'
import { type Attempts, attemptsOf } from './attempts.ts'
import { notThere } from './nearest.ts'
import type { Stamp } from './next.ts'
import { claimNext } from './next-claim.ts'

const NODES_SHOWN = 10

/** What a Pod waits for, from having no node to being ready. */
export function podNext(world: World, pod: Pod, stamp: Stamp): readonly string[] {
  const { phase } = pod.status ?? {}
  if (phase === 'Succeeded' || phase === 'Failed') return [`it has ended (${phase}): nothing more happens to this Pod`]
  if (!pod.spec.nodeName) return [...missing(world, pod), ...unscheduled(world, pod, stamp)]
  const node = world.get('Node', pod.spec.nodeName) as Node | undefined
  if (node === undefined) return [`node ${pod.spec.nodeName} is gone`]
  if (!isNodeReady(node))
    return [`node ${pod.spec.nodeName} has to be Ready again:`, ...nodeNext(world, node, stamp, pod).map(indent)]
  if (isPodReady(pod)) return []
  const attempts = attemptsOf(world.target.cluster, pod)
  const init = (pod.status?.initContainerStatuses ?? []).filter(({ ready }) => !ready).slice(0, 1)
  const main = (pod.status?.containerStatuses ?? []).filter(({ ready }) => !ready)
  const lines = (init.length > 0 ? init : main).flatMap((each) => containerNext(world, pod, each, attempts, stamp))
  return [...missing(world, pod), ...lines, ...gates(pod)]
}

const indent = (line: string) => `  ${line}`

/** What the Pod needs and is not there. */
function missing(world: World, pod: Pod): string[] {
  const { namespace } = pod.metadata
  const { secrets, configmaps, persistentvolumeclaims } = referencesOf(pod)
  const absent = (kind: 'Secret' | 'ConfigMap', names: Iterable<string>) =>
    [...names]
      .filter((name) => world.get(kind, name, namespace) === undefined && !isOptional(pod, name))
      .map((name) => notThere(world, kind, name, namespace))
  const claims = [...persistentvolumeclaims].flatMap((name) => {
    const claim = world.get('PersistentVolumeClaim', name, namespace) as PersistentVolumeClaim | undefined
    if (claim === undefined) return [notThere(world, 'PersistentVolumeClaim', name, namespace)]
    return claim.status?.phase === 'Bound' ? [] : claimNext(world, claim)
  })
  return [...absent('Secret', secrets), ...absent('ConfigMap', configmaps), ...claims]
}

/** `optional: true` next to the name, wherever a spec has it. */
function isOptional({ spec }: Pod, name: string): boolean {
  const found: boolean[] = []
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const { name: own, secretName, optional } = value as Record<string, unknown>
    if (own === name || secretName === name) found.push(optional === true)
    for (const inner of Object.values(value)) walk(inner)
  }
  walk(spec.volumes)
  for (const { env, envFrom } of [...spec.containers, ...(spec.initContainers ?? [])]) walk({ env, envFrom })
  walk({ secrets: spec.imagePullSecrets?.map((each) => ({ ...each, optional: true })) })
  return found.length > 0 && found.every(Boolean)
}

/** Which plugin refuses which node. */
function unscheduled(world: World, { metadata, spec, status }: Pod, stamp: Stamp): string[] {
  if (spec.schedulingGates?.length)
    return [`its scheduling gates have to be removed: ${spec.schedulingGates.map(({ name }) => name).join(', ')}`]
  const why = world.target.cluster?.why(metadata.namespace ?? 'default', metadata.name)
  if (why === undefined) {
    const said = findCondition(status?.conditions, 'PodScheduled')?.message
    return said === undefined ? [] : [`it has to be scheduled: ${said}`]
  }
  if (typeof why === 'string') return [`it has to be scheduled: ${why}`]
  const { refusedBefore, nodes, attempts, lastAttempt } = why
  const tried =
    lastAttempt === undefined ? '' : `; tried ${attempts} times, last at ${stamp(Date.parse(lastAttempt.at))}`
  if (refusedBefore !== undefined)
    return [`it has to be scheduled, but ${refusedBefore.plugin} says: ${refusedBefore.reasons.join(', ')}${tried}`]
  if (nodes.length === 0) return ['it has to be scheduled: there are no nodes']
  const verdicts = nodes.slice(0, NODES_SHOWN).map((verdict) => {
    const text = verdict.refusedBy === undefined ? 'fits now' : verdictText(verdict)
    return `  ${verdict.node}  ${text}${verdict.refusedBy === 'TaintToleration' ? untolerated(world, verdict.node, spec) : ''}`
  })
  return [`a node has to take it${tried}; what the scheduler says of them now:`, ...verdicts]
}

function untolerated(world: World, node: string, { tolerations = [] }: Pod['spec']): string {
  const { taints = [] } = (world.get('Node', node) as Node | undefined)?.spec ?? {}
  const hard = taints.filter(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerations.some((each) => toleratesTaint(each, taint)),
  )
  return `: ${hard.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`).join(', ')}`
}

function containerNext(
  world: World,
  pod: Pod,
  { name, image, state, lastState }: ContainerStatus,
  attempts: Attempts,
  stamp: Stamp,
): string[] {
  const { reason, message = '' } = state?.waiting ?? {}
  const sync = attempts.sync === undefined ? '' : `; the kubelet looks at the Pod again at ${stamp(attempts.sync)}`
  if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff') {
    const asked = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((each) => each.name === name)?.image
    const until = attempts.pull.get(asked ?? image)
    const when = until === undefined ? '' : `, not before ${stamp(until)}`
    return [`container ${name}: image "${asked ?? image}" has to be there when it is pulled again${when}${sync}`]
  }
  if (reason === 'CrashLoopBackOff') {
    const until = attempts.restart.get(name)
    const when = until === undefined ? `: ${message}` : ` when its back-off is over at ${stamp(until)}${sync}`
    return [
      `container ${name} is started again${when}; it last ended with exit code ${lastState?.terminated?.exitCode}`,
    ]
  }
  if (reason === 'ContainerCreating' || reason === 'PodInitializing') return mounts(world, pod)
  if (reason !== undefined) return [`container ${name}: ${reason}: ${message}${sync}`]
  if (state?.terminated !== undefined) {
    const { exitCode } = state.terminated
    return [
      `container ${name} has ended with exit code ${exitCode}, and is not started again (${pod.spec.restartPolicy})`,
    ]
  }
  if (state?.running === undefined) return []
  const isInit = pod.spec.initContainers?.some((each) => each.name === name && each.restartPolicy !== 'Always')
  return isInit
    ? [initNext(world, pod, name, state.running.startedAt, stamp)]
    : probeNext(world, pod, name, attempts, stamp)
}

function initNext(world: World, pod: Pod, name: string, startedAt: string | undefined, stamp: Stamp): string {
  const since = startedAt === undefined ? '' : `; it runs since ${stamp(Date.parse(startedAt))}`
  const said = world.target.cluster
    ?.logs(pod.metadata.namespace ?? 'default', pod.metadata.name, name)
    .findLast((line) => line.trim() !== '')
  const log = said === undefined ? '' : `, and its log says last: ${said}`
  return `init container ${name} has to end with exit code 0${since}${log}`
}

/** Of a container that runs and is not ready: the probe that says so. */
function probeNext(world: World, pod: Pod, name: string, { probe }: Attempts, stamp: Stamp): string[] {
  const spec = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((each) => each.name === name)
  const status = pod.status?.containerStatuses?.find((each) => each.name === name)
  const kind = spec?.startupProbe !== undefined && status?.started !== true ? 'startup' : 'readiness'
  if (spec?.[`${kind}Probe`] === undefined) return []
  const at = probe.get(`${name} ${kind}`)
  const said = lastEvent(world, pod, 'Unhealthy')?.message
  return [
    `container ${name}: its ${kind} probe has to succeed${at === undefined ? '' : `, next at ${stamp(at)}`}${said === undefined ? '' : `; it said last: ${said}`}`,
  ]
}

function mounts(world: World, pod: Pod): string[] {
  const said = lastEvent(world, pod, 'FailedMount') ?? lastEvent(world, pod, 'FailedAttachVolume')
  if (said !== undefined) return [`its volumes have to be mounted: ${said.message}`]
  const sandbox = lastEvent(world, pod, 'FailedCreatePodSandBox')
  return sandbox === undefined ? [] : [`its sandbox has to be made: ${sandbox.message}`]
}

function lastEvent(world: World, { metadata }: Pod, reason: string): Event | undefined {
  return [...world.client.list('Event', { namespace: metadata.namespace })].findLast(
    (event) => event.reason === reason && event.involvedObject.uid === metadata.uid,
  )
}

function gates({ spec, status }: Pod): string[] {
  return (spec.readinessGates ?? [])
    .filter(({ conditionType }) => findCondition(status?.conditions, conditionType)?.status !== 'True')
    .map(({ conditionType }) => `somebody has to set its condition ${conditionType} to True: it is a readiness gate`)
}

/**
 * Of a node that is not Ready: since when, and when its Pods are evicted, or one of them.
 * Source: pkg/controller/tainteviction: getMinTolerationTime; plugin/pkg/admission/defaulttolerationseconds
 */
export function nodeNext(_world: World, { spec, status }: Node, stamp: Stamp, pod?: Pod): readonly string[] {
  const ready = findCondition(status?.conditions, 'Ready')
  if (ready?.status === 'True') return []
  const taint = spec.taints?.find(({ key, effect }) => /not-ready|unreachable/.test(key) && effect === 'NoExecute')
  const since = ready?.lastTransitionTime === undefined ? '' : ` since ${stamp(Date.parse(ready.lastTransitionTime))}`
  const wanted =
    ready?.status === 'Unknown'
      ? `its kubelet has to report again: nothing is heard of it${since}`
      : `its kubelet has to report that it is ready; it says${since}: ${ready?.message ?? 'nothing'}`
  if (taint?.timeAdded === undefined) return [wanted]
  const tolerated = pod?.spec.tolerations?.filter((toleration) => toleratesTaint(toleration, taint))
  const seconds = (tolerated ?? [{ tolerationSeconds: DEFAULT_TOLERATION_S }]).map((each) => each.tolerationSeconds)
  const who =
    pod === undefined ? `Pods that tolerate ${taint.key} for the default ${DEFAULT_TOLERATION_S}s are` : 'the Pod is'
  if (seconds.includes(undefined)) return [wanted, 'the Pod tolerates that for ever: it is not evicted']
  const at = Date.parse(taint.timeAdded) + Math.min(...(seconds.length > 0 ? (seconds as number[]) : [0])) * 1000
  return [wanted, `${who} evicted at ${stamp(at)}`]
}

const DEFAULT_TOLERATION_S = 300
