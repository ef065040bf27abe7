import {
  isStatus,
  type KubernetesObject,
  type Pod,
  type PodSpec,
  type PriorityClass,
  type Status,
} from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin, Server } from '../contract.ts'
import { forbid } from './forbid.ts'

/** Resolves a pod's priority from its class. Source: plugin/pkg/admission/priority/admission.go */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  resources: ['pods', 'priorityclasses.scheduling.k8s.io'],
  operations: ['CREATE', 'UPDATE'],
  admit(object, attributes) {
    const { endpoint, operation, subresource } = attributes
    if (operation === 'DELETE' || subresource !== undefined || object === undefined) return object
    if (endpoint.definition.kind === 'Pod')
      return operation === 'CREATE'
        ? newPod(object as Pod, attributes)
        : keptPriority(object as Pod, attributes.old as Pod)
    return endpoint.definition.kind === 'PriorityClass' ? oneDefault(object as PriorityClass, attributes) : object
  },
}

interface Established {
  readonly name: string
  readonly value: number
  readonly preemptionPolicy: string | undefined
}

function newPod(pod: Pod, attributes: AdmissionAttributes): KubernetesObject | Status {
  const established = establish(pod, attributes)
  if (isStatus(established)) return established
  const { value, preemptionPolicy } = established
  const { spec } = pod
  if (spec.priority !== undefined && spec.priority !== value) {
    const why = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`
    return forbid(pod, attributes, why)
  }
  if (
    preemptionPolicy !== undefined &&
    spec.preemptionPolicy !== undefined &&
    spec.preemptionPolicy !== preemptionPolicy
  ) {
    const why = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`
    return forbid(pod, attributes, why)
  }
  return { ...pod, spec: prioritized(spec, established) } as Pod
}

/** Pods of one template share their spec, before and after. */
const known = new WeakMap<PodSpec, PodSpec>()

function prioritized(spec: PodSpec, { name, value, preemptionPolicy }: Established): PodSpec {
  const before = known.get(spec)
  if (
    before?.priority === value &&
    before.preemptionPolicy === preemptionPolicy &&
    (before.priorityClassName ?? '') === name
  )
    return before
  const after = {
    ...spec,
    priority: value,
    ...(name !== '' && { priorityClassName: name }),
    ...(preemptionPolicy !== undefined && { preemptionPolicy }),
  }
  known.set(spec, after)
  return after
}

function establish(pod: Pod, attributes: AdmissionAttributes): Established | Status {
  const { server } = attributes
  const name = pod.spec.priorityClassName
  if (!name) return defaultPriority(server)
  const found = server.read('PriorityClass', name) as PriorityClass | undefined
  if (found === undefined) return forbid(pod, attributes, `no PriorityClass with name ${name} was found`)
  return { name, value: found.value ?? 0, preemptionPolicy: found.preemptionPolicy }
}

const NONE: Established = { name: '', value: 0, preemptionPolicy: 'PreemptLowerPriority' }

/** Source: getDefaultPriority: the lowest of several default classes */
function defaultPriority(server: Server): Established {
  let lowest: PriorityClass | undefined
  for (const each of server.readAll('PriorityClass') as readonly PriorityClass[])
    if (each.globalDefault === true && (lowest === undefined || (each.value ?? 0) < (lowest.value ?? 0))) lowest = each
  return lowest === undefined
    ? NONE
    : { name: lowest.metadata.name, value: lowest.value ?? 0, preemptionPolicy: lowest.preemptionPolicy }
}

/** An update that leaves the priority out means the one there is. */
function keptPriority(pod: Pod, old: Pod): Pod {
  const { priority: value, preemptionPolicy } = old.spec
  const lacksPriority = pod.spec.priority === undefined && value !== undefined
  const lacksPolicy = pod.spec.preemptionPolicy === undefined && preemptionPolicy !== undefined
  if (!lacksPriority && !lacksPolicy) return pod
  return {
    ...pod,
    spec: { ...pod.spec, ...(lacksPriority && { priority: value }), ...(lacksPolicy && { preemptionPolicy }) },
  } as Pod
}

function oneDefault(object: PriorityClass, attributes: AdmissionAttributes): KubernetesObject | Status {
  if (object.globalDefault !== true) return object
  const existing = defaultPriority(attributes.server).name
  if (existing === '' || (attributes.operation === 'UPDATE' && existing === object.metadata.name)) return object
  const why = `PriorityClass ${existing} is already marked as default. Only one default can exist`
  return forbid(object, attributes, why)
}
