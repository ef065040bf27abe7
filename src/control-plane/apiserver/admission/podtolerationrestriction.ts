import { notFound, unknownError } from '../../../api/status.ts'
import {
  type Answer,
  isStatus,
  type KubernetesObject,
  type Pod,
  type Status,
  type Toleration,
} from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { podQOSClass } from '../registry/core/pod-qos.ts'
import { forbid } from './forbid.ts'
import { areWhitelisted, mergeTolerations } from './mergetolerations.ts'

const DEFAULTS = 'scheduler.alpha.kubernetes.io/defaultTolerations'
const WHITELIST = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist'

/** Source: plugin/pkg/admission/podtolerationrestriction/apis/podtolerationrestriction/types.go Configuration */
export interface TolerationRestriction {
  readonly default?: readonly Toleration[]
  readonly whitelist?: readonly Toleration[]
}

type Tolerations = readonly Toleration[] | undefined

/** Namespaces say what their pods tolerate, and may tolerate. Source: plugin/pkg/admission/podtolerationrestriction/admission.go */
export function podTolerationRestriction(configuration: TolerationRestriction = {}): AdmissionPlugin {
  const validate = (object: KubernetesObject | undefined, attributes: AdmissionAttributes): Status | undefined => {
    const { tolerations = [] } = (object as Pod).spec
    if (attributes.subresource !== undefined || tolerations.length === 0) return undefined
    const own = ofNamespace(attributes, WHITELIST)
    if (isStatus(own)) return own
    const whitelist = (own as Tolerations) ?? configuration.whitelist ?? []
    if (areWhitelisted(tolerations, whitelist)) return undefined
    const scope = own === undefined ? 'cluster' : 'namespace'
    return unknownError(
      `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${scope} whitelist`,
    )
  }
  return {
    name: 'PodTolerationRestriction',
    resources: ['pods'],
    operations: ['CREATE', 'UPDATE'],
    admit(object, attributes) {
      if (attributes.subresource !== undefined) return object
      const pod = object as Pod
      const own = attributes.operation === 'CREATE' ? ofNamespace(attributes, DEFAULTS) : []
      if (isStatus(own)) return own
      const pressure = podQOSClass(pod.spec) === 'BestEffort' ? [] : [MEMORY_PRESSURE]
      const extra = [...((own as Tolerations) ?? configuration.default ?? []), ...pressure]
      if (extra.length === 0) return validate(pod, attributes) ?? object
      const tolerations = mergeTolerations(pod.spec.tolerations ?? [], extra)
      const tolerating = { ...pod, spec: { ...pod.spec, tolerations } } as KubernetesObject
      return validate(tolerating, attributes) ?? tolerating
    },
    validate,
  }
}

const MEMORY_PRESSURE: Toleration = {
  key: 'node.kubernetes.io/memory-pressure',
  operator: 'Exists',
  effect: 'NoSchedule',
}

/** Source: extractNSTolerations */
function ofNamespace(attributes: AdmissionAttributes, annotation: string): Answer<Tolerations & object> | undefined {
  const { server, namespace = '' } = attributes
  const found = server.read('Namespace', namespace)
  if (found === undefined) return notFound({ group: '', resource: 'namespaces' }, namespace)
  const text = found.metadata.annotations?.[annotation]
  if (text === undefined) return undefined
  if (text === '') return []
  try {
    return JSON.parse(text) as readonly Toleration[]
  } catch (error) {
    return forbid(undefined, attributes, (error as Error).message)
  }
}
