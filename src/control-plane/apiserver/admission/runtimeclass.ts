import { compareQuantities } from '../../../api/quantity.ts'
import {
  type Answer,
  isStatus,
  type KubernetesObject,
  type Pod,
  type RuntimeClass,
  type Status,
} from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'
import { mergeTolerations } from './mergetolerations.ts'

type Overhead = Readonly<Record<string, unknown>> | undefined

/** A pod gets the overhead and the placement of its runtime class. Source: plugin/pkg/admission/runtimeclass/admission.go */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  resources: ['pods'],
  operations: ['CREATE'],
  admit(object, attributes) {
    const pod = object as Pod
    if (attributes.subresource !== undefined || pod.spec.runtimeClassName === undefined) return object
    const found = classOf(pod, attributes)
    if (isStatus(found)) return found
    const withOverhead = overheadOf(pod, found, attributes)
    return isStatus(withOverhead) ? withOverhead : placed(withOverhead, found, attributes)
  },
  validate(object, attributes) {
    const pod = object as Pod
    if (attributes.subresource !== undefined) return undefined
    const { overhead } = pod.spec
    if (pod.spec.runtimeClassName === undefined && overhead === undefined) return undefined
    const found = pod.spec.runtimeClassName === undefined ? undefined : classOf(pod, attributes)
    if (isStatus(found)) return found
    if (found?.overhead !== undefined)
      return same(found.overhead.podFixed, overhead) ? undefined : forbid(object, attributes, MISMATCH)
    return overhead === undefined
      ? undefined
      : forbid(object, attributes, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
  },
}

const MISMATCH = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"

function classOf(pod: Pod, attributes: AdmissionAttributes): Answer<RuntimeClass> {
  const name = pod.spec.runtimeClassName!
  const found = attributes.server.read('RuntimeClass', name) as RuntimeClass | undefined
  return found ?? forbid(pod, attributes, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`)
}

function overheadOf(pod: Pod, { overhead }: RuntimeClass, attributes: AdmissionAttributes): Answer<Pod> {
  if (overhead === undefined) return pod
  const given = pod.spec.overhead
  if (given !== undefined && Object.keys(given).length > 0 && !same(overhead.podFixed, given))
    return forbid(pod, attributes, MISMATCH)
  const { overhead: _, ...spec } = pod.spec
  return { ...pod, spec: { ...spec, ...(overhead.podFixed && { overhead: overhead.podFixed }) } }
}

/** Source: setScheduling */
function placed(pod: Pod, { scheduling }: RuntimeClass, attributes: AdmissionAttributes): KubernetesObject | Status {
  if (scheduling === undefined) return pod
  const given = pod.spec.nodeSelector
  const wanted = scheduling.nodeSelector ?? {}
  for (const [key, value] of Object.entries(wanted))
    if (given?.[key] !== undefined && given[key] !== value) {
      const why = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${given[key]}`
      return forbid(pod, attributes, why)
    }
  const nodeSelector = { ...given, ...wanted }
  const tolerations = mergeTolerations(pod.spec.tolerations ?? [], scheduling.tolerations ?? [])
  return {
    ...pod,
    spec: {
      ...pod.spec,
      ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
      ...(tolerations.length > 0 && { tolerations }),
    },
  } as KubernetesObject
}

function same(a: Overhead, b: Overhead): boolean {
  const [left, right] = [a ?? {}, b ?? {}]
  const names = new Set([...Object.keys(left), ...Object.keys(right)])
  return [...names].every(
    (name) =>
      left[name] !== undefined &&
      right[name] !== undefined &&
      compareQuantities(String(left[name]), String(right[name])) === 0,
  )
}
