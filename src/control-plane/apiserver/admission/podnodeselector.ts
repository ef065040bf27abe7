import { parseSelector } from '../../../api/labels.ts'
import { notFound, unknownError } from '../../../api/status.ts'
import { isStatus, type KubernetesObject, type Pod, type Status } from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector'

type Labels = Readonly<Record<string, string>>

/** `clusterDefaultNodeSelector`, and by namespace what its pods may ask for. Source: plugin/pkg/admission/podnodeselector/admission.go pluginConfig */
export type NodeSelectors = Readonly<Record<string, string>>

/** Pods go to the nodes of their namespace. Source: plugin/pkg/admission/podnodeselector/admission.go */
export function podNodeSelector(selectors: NodeSelectors = {}): AdmissionPlugin {
  const check = (pod: Pod, attributes: AdmissionAttributes): Labels | Status => {
    const ofNamespace = selectorOf(attributes, selectors)
    if (isStatus(ofNamespace)) return ofNamespace
    const wanted = pod.spec.nodeSelector ?? {}
    if (Object.entries(ofNamespace).some(([key, value]) => wanted[key] !== undefined && wanted[key] !== value))
      return forbid(pod, attributes, 'pod node label selector conflicts with its namespace node label selector')
    return ofNamespace
  }
  const allowed = (pod: Pod, attributes: AdmissionAttributes): Status | undefined => {
    const whitelist = labelsOf(selectors[attributes.namespace ?? ''] ?? '') ?? {}
    if (Object.keys(whitelist).length === 0) return undefined
    const all = Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => whitelist[key] === value)
    return all
      ? undefined
      : forbid(pod, attributes, 'pod node label selector labels conflict with its namespace whitelist')
  }
  return {
    name: 'PodNodeSelector',
    resources: ['pods'],
    operations: ['CREATE'],
    admit(object, attributes) {
      if (attributes.subresource !== undefined) return object
      const pod = object as Pod
      const ofNamespace = check(pod, attributes)
      if (isStatus(ofNamespace)) return ofNamespace
      const selected =
        Object.keys(ofNamespace).length === 0
          ? pod
          : { ...pod, spec: { ...pod.spec, nodeSelector: { ...ofNamespace, ...pod.spec.nodeSelector } } }
      return allowed(selected, attributes) ?? (selected as KubernetesObject)
    },
    validate(object, attributes) {
      if (attributes.subresource !== undefined) return undefined
      const ofNamespace = check(object as Pod, attributes)
      return isStatus(ofNamespace) ? ofNamespace : allowed(object as Pod, attributes)
    },
  }
}

/** Source: getNodeSelectorMap */
function selectorOf({ server, namespace = '' }: AdmissionAttributes, selectors: NodeSelectors): Labels | Status {
  const found = server.read('Namespace', namespace)
  if (found === undefined) return notFound({ group: '', resource: 'namespaces' }, namespace)
  const text = found.metadata.annotations?.[ANNOTATION] ?? selectors.clusterDefaultNodeSelector ?? ''
  return labelsOf(text) ?? unknownError(`invalid selector: [${text}]`)
}

/** Source: apimachinery/pkg/labels/labels.go ConvertSelectorToLabelsMap */
function labelsOf(text: string): Labels | undefined {
  if (text === '') return {}
  const pairs = text.split(',').map((each) => each.split('='))
  if (pairs.some((pair) => pair.length !== 2)) return undefined
  const labels = pairs.map(([key, value]) => [key!.trim(), value!.trim()] as const)
  try {
    for (const [key, value] of labels) parseSelector(`${key}=${value}`)
  } catch {
    return undefined
  }
  return Object.fromEntries(labels)
}
