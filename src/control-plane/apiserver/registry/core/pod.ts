import { rfc3339 } from '../../../../api/time.ts'
import type { Container, Pod, PodSpec } from '../../../../api/types.ts'
import type { StrategyContext } from '../contract.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { validatePodCreate } from '../validation/pod.ts'
import { validateEphemeralContainersUpdate, validatePodResize } from '../validation/pod-resize.ts'
import { validatePodStatusUpdate } from '../validation/pod-status.ts'
import { validatePodUpdate } from '../validation/pod-update.ts'
import { podWarnings } from '../warnings/pod-warnings.ts'
import { podColumns } from './pod-columns.ts'
import { podDefaults } from './pod-defaults.ts'
import { withLabelKeys } from './pod-label-keys.ts'
import { podQOSClass } from './pod-qos.ts'

const READ_WRITE = { verbs: ['get', 'patch', 'update'] } as const
const STREAM = { verbs: ['create', 'get'] } as const

/** Source: pkg/registry/core/pod/strategy.go PrepareForCreate. */
function prepareForCreate(given: Pod, context: StrategyContext): Pod {
  const pod = withLabelKeys(withoutDisabledFields(given))
  const gated = (pod.spec.schedulingGates?.length ?? 0) > 0
  return {
    ...pod,
    metadata: { ...pod.metadata, generation: 1 },
    status: {
      phase: 'Pending',
      qosClass: podQOSClass(pod.spec),
      ...(gated && { conditions: [{ ...SCHEDULING_GATED, lastTransitionTime: rfc3339(context.now()) }] }),
    },
  }
}

/** The feature ContainerStopSignals is off unless it is asked for. Source: pkg/api/pod/util.go dropDisabledFields. */
function withoutDisabledFields(pod: Pod): Pod {
  const stops = (container: Container) => container.lifecycle?.stopSignal !== undefined
  if (!pod.spec.containers?.some(stops) && !pod.spec.initContainers?.some(stops)) return pod
  const { containers, initContainers } = pod.spec
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: containers.map(withoutStopSignal),
      ...(initContainers && { initContainers: initContainers.map(withoutStopSignal) }),
    },
  }
}

function withoutStopSignal(container: Container): Container {
  if (container.lifecycle?.stopSignal === undefined) return container
  const { stopSignal: _, ...lifecycle } = container.lifecycle
  return { ...container, lifecycle }
}

/** Source: pkg/registry/core/pod/strategy.go applySchedulingGatedCondition. */
const SCHEDULING_GATED = {
  type: 'PodScheduled',
  status: 'False',
  lastProbeTime: null as unknown as string,
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
} as const

/** Owner references and QoS class stay as they are. Source: pkg/registry/core/pod/strategy.go podStatusStrategy.PrepareForUpdate. */
function prepareForStatusUpdate(pod: Pod, old: Pod): Pod {
  const { ownerReferences } = old.metadata
  const owned = pod.metadata.ownerReferences === ownerReferences
  const qosClass = pod.status?.qosClass || old.status?.qosClass
  return {
    ...pod,
    metadata: owned || !ownerReferences ? pod.metadata : { ...pod.metadata, ownerReferences },
    spec: old.spec,
    status: pod.status?.qosClass || !qosClass ? pod.status : { ...pod.status, qosClass },
  } as Pod
}

/** Resources of containers and nothing else. Source: pkg/registry/core/pod/strategy.go dropNonResizeUpdates, podutil.UpdatePodGeneration */
function prepareForResize(pod: Pod, old: Pod): Pod {
  const containers = resized(pod.spec.containers, old.spec.containers)
  const initContainers = resized(pod.spec.initContainers ?? [], old.spec.initContainers ?? [])
  // Validation says what is wrong with it.
  if (containers === undefined || initContainers === undefined) return pod
  const { resources: _, ...kept } = old.spec
  const spec: PodSpec = {
    ...kept,
    containers,
    ...(old.spec.initContainers !== undefined && { initContainers }),
    ...(pod.spec.resources !== undefined && { resources: pod.spec.resources }),
  }
  const changed = !semanticallyEqual(spec, old.spec)
  const { deletionTimestamp, deletionGracePeriodSeconds, labels, annotations, finalizers, ownerReferences } =
    old.metadata
  const { labels: _l, annotations: _a, finalizers: _f, ownerReferences: _o, ...metadata } = pod.metadata
  return {
    ...pod,
    metadata: {
      ...metadata,
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
      ...(deletionGracePeriodSeconds !== undefined && { deletionGracePeriodSeconds }),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(finalizers && { finalizers }),
      ...(ownerReferences && { ownerReferences }),
      ...(changed && { generation: (old.metadata.generation ?? 0) + 1 }),
    },
    spec: changed ? spec : old.spec,
    ...(old.status !== undefined && { status: old.status }),
  } as Pod
}

/** undefined: these are not the same containers. */
function resized(now: readonly Container[], old: readonly Container[]): readonly Container[] | undefined {
  if (now.length !== old.length || now.some(({ name }, i) => name !== old[i]!.name)) return undefined
  return old.map(({ resources: _, resizePolicy: __, ...rest }, i) => {
    const { resources, resizePolicy } = now[i]!
    return { ...rest, ...(resources && { resources }), ...(resizePolicy && { resizePolicy }) }
  })
}

/** Source: pkg/registry/core/pod/strategy.go dropNonEphemeralContainerUpdates, podutil.UpdatePodGeneration */
function prepareForEphemeralContainers(pod: Pod, old: Pod): Pod {
  const { ephemeralContainers } = pod.spec
  const spec = ephemeralContainers === undefined ? old.spec : { ...old.spec, ephemeralContainers }
  const generation = (old.metadata.generation ?? 0) + 1
  return {
    ...pod,
    metadata: semanticallyEqual(spec, old.spec) ? pod.metadata : { ...pod.metadata, generation },
    spec,
    ...(old.status !== undefined && { status: old.status }),
  }
}

/** Source: pkg/registry/core/pod/strategy.go CheckGracefulDelete. */
function gracePeriodSeconds(pod: Pod, asked: number | undefined): number {
  if (!pod.spec.nodeName || pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return 0
  const seconds = asked ?? pod.spec.terminationGracePeriodSeconds ?? 0
  return seconds < 0 ? 1 : seconds
}

export const pod = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  resource: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  subresources: {
    attach: { ...STREAM, kind: 'PodAttachOptions' },
    binding: { verbs: ['create'], kind: 'Binding' },
    ephemeralcontainers: READ_WRITE,
    eviction: { verbs: ['create'], kind: 'Eviction', group: 'policy', version: 'v1' },
    exec: { ...STREAM, kind: 'PodExecOptions' },
    log: { verbs: ['get'] },
    portforward: { ...STREAM, kind: 'PodPortForwardOptions' },
    proxy: { verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'PodProxyOptions' },
    resize: READ_WRITE,
    ...statusSubresource,
  },
  schema: 'io.k8s.api.core.v1.Pod',
  defaults: podDefaults,
  prepareForCreate,
  prepareForUpdate: (pod, old) => ({ ...pod, status: old.status }),
  prepareForStatusUpdate,
  validate: (pod) => validatePodCreate(pod),
  validateUpdate: (pod, old) => validatePodUpdate(pod, old),
  validateStatusUpdate: (pod, old) => validatePodStatusUpdate(pod, old),
  warnings: podWarnings,
  subresourceUpdates: {
    ephemeralcontainers: {
      prepareForUpdate: prepareForEphemeralContainers,
      validateUpdate: (pod, old) => validateEphemeralContainersUpdate(pod, old),
    },
    resize: {
      prepareForUpdate: prepareForResize,
      validateUpdate: (pod, old) => validatePodResize(pod, old),
    },
  },
  columns: podColumns,
  // Source: pkg/apis/core/v1/conversion.go addConversionFuncs; spec.host is an old name of spec.nodeName.
  fieldSelectors: {
    'spec.nodeName': (each) => each.spec.nodeName ?? '',
    'spec.host': (each) => each.spec.nodeName ?? '',
    'spec.restartPolicy': (each) => each.spec.restartPolicy ?? '',
    'spec.schedulerName': (each) => each.spec.schedulerName ?? '',
    'spec.serviceAccountName': (each) => each.spec.serviceAccountName ?? '',
    'spec.hostNetwork': (each) => String(each.spec.hostNetwork ?? false),
    'status.phase': (each) => each.status?.phase ?? '',
    'status.podIP': (each) => each.status?.podIPs?.[0]?.ip ?? '',
    'status.podIPs': (each) => (each.status?.podIPs ?? []).map((ip) => ip.ip).join(','),
    'status.nominatedNodeName': (each) => each.status?.nominatedNodeName ?? '',
  },
  gracePeriodSeconds,
})
