import type { Container, EphemeralContainer, Pod, PodSpec, ResourceRequirements } from '../../../../api/types.ts'
import { podQOSClass } from '../core/pod-qos.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { type Errors, forbidden, invalid, ROOT } from './field-error.ts'
import { MIRROR_ANNOTATION, validatePodBody } from './pod.ts'
import { type PodOptions, podItselfOptions } from './pod-options.ts'
import { goStruct, validatePodAnnotationUpdates } from './pod-update.ts'
import { unifiedDiff } from './unified-diff.ts'

/** The pods/ephemeralcontainers sub-resource. Source: pkg/apis/core/validation/validation.go ValidatePodEphemeralContainersUpdate. */
export function validateEphemeralContainersUpdate(pod: Pod, old: Pod, options: PodOptions = podItselfOptions): Errors {
  const errors = validatePodBody(pod, options)
  validatePodAnnotationUpdates(errors, pod, old, options)
  if (old.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) {
    return only('static pods do not support ephemeral containers')
  }
  const now = new Map((pod.spec.ephemeralContainers ?? []).map((each) => [each.name, each]))
  for (const before of old.spec.ephemeralContainers ?? []) validateEphemeralKept(errors, before, now.get(before.name))
  return errors
}

function validateEphemeralKept(errors: Errors, before: EphemeralContainer, now: EphemeralContainer | undefined): void {
  const named = `existing ephemeral containers ${JSON.stringify(before.name)}`
  if (!now) forbidden(errors, 'spec.ephemeralContainers', `${named} may not be removed\n`)
  else if (!semanticallyEqual(before, now)) {
    const difference = unifiedDiff(goStruct('EphemeralContainer', before), goStruct('EphemeralContainer', now))
    forbidden(errors, 'spec.ephemeralContainers', `${named} may not be changed\n${difference}`)
  }
}

function only(detail: string): Errors {
  const errors: Errors = []
  forbidden(errors, ROOT, detail)
  return errors
}

/** The pods/resize sub-resource. Source: ValidatePodResize. */
export function validatePodResize(pod: Pod, old: Pod, options: PodOptions = podItselfOptions): Errors {
  const errors = validatePodBody(pod, options)
  if (old.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) return only('static pods cannot be resized')
  if (old.spec.os?.name === 'windows') return only('windows pods cannot be resized')
  if ((old.status?.qosClass || podQOSClass(old.spec)) !== podQOSClass(pod.spec)) {
    invalid(errors, 'spec', pod.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing')
  }
  const running = old.status?.containerStatuses?.find((status) => status.state?.running)
  if (running && !running.resources) forbidden(errors, 'spec', 'Pod running on node without support for resize')
  let spec = pod.spec
  if (hasPodLevelResources(old) || hasPodLevelResources(pod)) {
    if (!options.inPlacePodLevelResourcesVerticalScalingEnabled) {
      const gate = 'InPlacePodLevelResourcesVerticalScalingEnabled feature gate is disabled'
      forbidden(errors, ROOT, `resize of pods with pod-level resources is forbidden when ${gate}`)
      return errors
    }
    spec = validatePodLevel(errors, pod.spec, old.spec)
  }
  const claimed = (old.status as { readonly nodeAllocatableResourceClaimStatuses?: readonly unknown[] } | undefined)
    ?.nodeAllocatableResourceClaimStatuses
  if (claimed?.length) forbidden(errors, 'spec', 'pods with node allocatable resource claims cannot be resized')
  if (!validateOrder(errors, pod.spec, old.spec)) return errors
  validateKept(errors, pod.spec, old.spec)
  const munged = {
    ...spec,
    containers: validateContainerChanges(errors, spec.containers, old.spec.containers),
    initContainers: validateInitChanges(errors, spec.initContainers ?? [], old.spec.initContainers ?? []),
  }
  if (errors.length === 0 && !semanticallyEqual(munged, old.spec)) {
    forbidden(errors, 'spec', 'only cpu and memory resources are mutable')
  }
  return errors
}

const size = (list: object | undefined): number => Object.keys(list ?? {}).length

const hasPodLevelResources = ({ spec: { resources } }: Pod): boolean =>
  resources !== undefined && size(resources.requests) + size(resources.limits) > 0

/** Answers the spec with cpu and memory of the pod level set back. Source: validatePodLevelResourcesResize. */
function validatePodLevel(errors: Errors, spec: PodSpec, old: PodSpec): PodSpec {
  if (old.resources && !spec.resources) {
    forbidden(errors, 'spec.resources', 'pod-level resources cannot be removed')
    return spec
  }
  for (const list of ['requests', 'limits'] as const) {
    if (old.resources && removed(spec.resources?.[list], old.resources[list])) {
      forbidden(errors, `spec.resources.${list}`, `pod-level resource ${list} cannot be removed`)
    }
  }
  const munged = spec.resources && setBack(spec.resources, old.resources)
  const empty =
    !old.resources && munged && size(munged.requests) + size(munged.limits) + (munged.claims?.length ?? 0) === 0
  const resources = empty ? undefined : munged
  if (!semanticallyEqual(resources, old.resources)) {
    forbidden(errors, 'spec', 'only cpu and memory resources are mutable at pod-level')
  }
  return { ...spec, resources } as PodSpec
}

type List = Readonly<Record<string, string>> | undefined

const removed = (now: List, before: List): boolean =>
  Object.keys(before ?? {}).some((name) => now?.[name] === undefined)

/** cpu and memory as they were. Source: dropCPUMemoryUpdates. */
function setBackList(now: List, before: List): List {
  if (!now && !before) return undefined
  const { cpu: _cpu, memory: _memory, ...rest } = now ?? {}
  return {
    ...rest,
    ...(before?.cpu !== undefined && { cpu: before.cpu }),
    ...(before?.memory !== undefined && { memory: before.memory }),
  }
}

function setBack(
  now: ResourceRequirements | undefined,
  before: ResourceRequirements | undefined,
): ResourceRequirements {
  const limits = setBackList(now?.limits, before?.limits)
  const requests = setBackList(now?.requests, before?.requests)
  return { ...now, ...(limits && { limits }), ...(requests && { requests }) }
}

/** Containers are set back without their claims, as upstream does. */
const containerSetBack = (container: Container, old: Container): Container => {
  const { claims: _claims, ...resources } = setBack(container.resources, old.resources)
  return { ...container, resources }
}

/** Answers whether the containers can be compared one by one. Source: validatePodResizeContainerOrdering. */
function validateOrder(errors: Errors, spec: PodSpec, old: PodSpec): boolean {
  let good = true
  const refuse = (field: string, detail: string) => {
    good = false
    forbidden(errors, field, detail)
  }
  for (const list of ['containers', 'initContainers'] as const) {
    const now = spec[list] ?? []
    const before = old[list] ?? []
    if (now.length !== before.length) refuse(`spec.${list}`, `${list} may not be added or removed on resize`)
    else {
      for (const [i, { name }] of before.entries()) {
        if (now[i]!.name !== name)
          refuse(`spec.${list}[${i}].name`, `${list} may not be renamed or reordered on resize`)
      }
    }
  }
  return good
}

function validateKept(errors: Errors, spec: PodSpec, old: PodSpec): void {
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [i, before] of (old[list] ?? []).entries()) {
      const now = spec[list]![i]!.resources
      for (const kind of ['requests', 'limits'] as const) {
        if (!removed(now?.[kind], before.resources?.[kind])) continue
        forbidden(errors, `spec.${list}[${i}].resources.${kind}`, `resource ${kind} cannot be removed`)
      }
    }
  }
}

function validateContainerChanges(errors: Errors, now: readonly Container[], old: readonly Container[]) {
  return now.map((container, i) => {
    const munged = containerSetBack(container, old[i]!)
    if (!same(munged, old[i]!)) forbidden(errors, 'spec', 'only cpu and memory resources are mutable')
    return munged
  })
}

function validateInitChanges(errors: Errors, now: readonly Container[], old: readonly Container[]) {
  return now.map((container, i) => {
    const field = `spec.initContainers[${i}]`
    const munged = containerSetBack(container, old[i]!)
    if (!same(munged, old[i]!)) {
      forbidden(errors, field, 'only cpu and memory resources for init or sidecar containers are mutable')
    }
    if (same(container, old[i]!) || container.restartPolicy === 'Always') return munged
    for (const policy of container.resizePolicy ?? []) {
      if (policy.restartPolicy !== 'RestartContainer') continue
      const detail = 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized'
      forbidden(errors, field, detail)
    }
    return munged
  })
}

/** `resources` is a struct upstream: an empty one and none are the same. */
const same = (a: Container, b: Container): boolean =>
  semanticallyEqual({ ...a, resources: a.resources ?? {} }, { ...b, resources: b.resources ?? {} })
