import type { KubernetesObject, Node, Pod } from '../api/types.ts'
import type { World } from './world.ts'

/** How long after a node's taint its Pods are evicted, where they do not say. Source: plugin/pkg/admission/defaulttolerationseconds */
const DEFAULT_TOLERATION_S = 300

/** What would have to happen for an object to go on from where it is; empty where nothing is known. */
export function whatIsNext(world: World, about: KubernetesObject | undefined, stamp: (at: number) => string): string {
  if (about === undefined) return ''
  const lines = [...terminating(about, stamp), ...(about.kind === 'Pod' ? podNext(world, about as Pod, stamp) : [])]
  if (about.kind === 'Node') lines.push(...nodeNext(world, about as Node, stamp))
  return lines.length === 0 ? '' : `what has to happen next:\n${lines.map((line) => `  ${line}`).join('\n')}`
}

/** The finalizers that hold an object, or when its grace period is over. */
function terminating({ metadata }: KubernetesObject, stamp: (at: number) => string): string[] {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds } = metadata
  if (deletionTimestamp === undefined) return []
  if (finalizers.length > 0) return [`it goes once these finalizers are removed: ${finalizers.join(', ')}`]
  const grace = deletionGracePeriodSeconds === undefined ? '' : ` (grace period ${deletionGracePeriodSeconds}s)`
  return [`its containers have to end: they are killed at ${stamp(Date.parse(deletionTimestamp))}${grace}`]
}

function podNext(world: World, pod: Pod, stamp: (at: number) => string): string[] {
  const node = pod.spec.nodeName === undefined ? undefined : world.get('Node', pod.spec.nodeName)
  const silent = node === undefined ? [] : nodeNext(world, node as Node, stamp)
  if (silent.length > 0) return [`node ${pod.spec.nodeName} has to be Ready again:`, ...silent]
  return (pod.status?.containerStatuses ?? []).flatMap(({ name, state, lastState }) => {
    const { reason, message = '' } = state?.waiting ?? {}
    if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff')
      return [
        `container ${name} waits for its image, which has to be there when the kubelet pulls it again: ${message}`,
      ]
    if (reason === 'CrashLoopBackOff') {
      const ended = lastState?.terminated
      return [`container ${name} is started again: ${message}; it last ended with exit code ${ended?.exitCode}`]
    }
    return reason === undefined || reason === 'ContainerCreating' ? [] : [`container ${name}: ${reason}: ${message}`]
  })
}

/** Of a node that is not Ready: since when, and when its Pods are evicted. */
function nodeNext(world: World, { spec }: Node, stamp: (at: number) => string): string[] {
  const taint = spec.taints?.find(({ key, effect }) => /not-ready|unreachable/.test(key) && effect === 'NoExecute')
  if (taint?.timeAdded === undefined) return []
  const at = Date.parse(taint.timeAdded)
  const key = taint.key.split('/')[1]
  const evicted = at + DEFAULT_TOLERATION_S * 1000
  const eviction = `Pods that tolerate this for the default ${DEFAULT_TOLERATION_S}s are evicted at ${stamp(evicted)}`
  return [`its kubelet has to report: it is ${key} since ${stamp(at)}`, ...(evicted < world.now() ? [] : [eviction])]
}
