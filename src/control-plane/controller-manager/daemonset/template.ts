import type { Affinity, DaemonSet, Pod, PodSpec, PodTemplateSpec, Toleration } from '../../../api/types.ts'

/** What a daemon pod has beyond its template: pure. Source: pkg/controller/daemon/util/daemonset_util.go */

export const REVISION_LABEL = 'controller-revision-hash'
const GENERATION_LABEL = 'pod-template-generation'
const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation'

function exists(key: string, effect: string): Toleration {
  return { key: `node.kubernetes.io/${key}`, operator: 'Exists', effect }
}

/** Daemons stay on a node in trouble, and come to one. */
const TOLERATIONS: readonly Toleration[] = [
  exists('not-ready', 'NoExecute'),
  exists('unreachable', 'NoExecute'),
  exists('disk-pressure', 'NoSchedule'),
  exists('memory-pressure', 'NoSchedule'),
  exists('pid-pressure', 'NoSchedule'),
  exists('unschedulable', 'NoSchedule'),
]
const HOST_NETWORK_TOLERATION = exists('network-unavailable', 'NoSchedule')

const tolerations = new WeakMap<PodSpec, readonly Toleration[]>()

/** Source: AddOrUpdateDaemonPodTolerations. Remembered by template. */
export function daemonTolerations(spec: PodSpec): readonly Toleration[] {
  const known = tolerations.get(spec)
  if (known !== undefined) return known
  let all: readonly Toleration[] = spec.tolerations ?? []
  for (const each of spec.hostNetwork === true ? [...TOLERATIONS, HOST_NETWORK_TOLERATION] : TOLERATIONS)
    if (!all.some((own) => sameToleration(own, each))) all = [...all, each]
  tolerations.set(spec, all)
  return all
}

function sameToleration(a: Toleration, b: Toleration): boolean {
  return a.key === b.key && a.effect === b.effect && a.operator === b.operator && (a.value ?? '') === (b.value ?? '')
}

/** Source: GetTemplateGeneration */
export function templateGeneration({ metadata }: DaemonSet): string | undefined {
  const text = metadata.annotations?.[GENERATION_ANNOTATION]
  return text !== undefined && /^-?\d+$/.test(text) ? text : undefined
}

/** The template for pods of this revision; the same object for all nodes. Source: CreatePodTemplate */
export function daemonPodTemplate(daemonSet: DaemonSet, hash: string): PodTemplateSpec {
  const { template } = daemonSet.spec
  const generation = templateGeneration(daemonSet)
  const labels = {
    ...template.metadata?.labels,
    ...(generation === undefined ? {} : { [GENERATION_LABEL]: generation }),
    [REVISION_LABEL]: hash,
  }
  const spec = template.spec ?? { containers: [] }
  return {
    metadata: { ...template.metadata!, labels },
    spec: { ...spec, tolerations: daemonTolerations(spec) },
  }
}

/** Source: ReplaceDaemonSetPodNodeNameNodeAffinity: the scheduler, not the controller, puts the pod on its node. */
export function affinityToNode(affinity: Affinity | undefined, nodeName: string): Affinity {
  const { nodeAffinity } = affinity ?? {}
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [nodeName] }]
  const required = { nodeSelectorTerms: [{ matchFields }] }
  return { ...affinity, nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required } }
}

/** The node a daemon pod runs on or is meant for. Source: GetTargetNodeName */
export function targetNode({ spec }: Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  for (const { matchFields = [] } of terms)
    for (const { key, operator, values = [] } of matchFields)
      if (key === 'metadata.name' && operator === 'In' && values.length === 1) return values[0]
  return undefined
}

/** Source: IsPodUpdated */
export function isPodUpdated(pod: Pod, daemonSet: DaemonSet, hash: string): boolean {
  const { [REVISION_LABEL]: revision, [GENERATION_LABEL]: generation } = pod.metadata.labels ?? {}
  const wanted = templateGeneration(daemonSet)
  return revision === hash || (wanted !== undefined && generation === wanted)
}
