import type { Binding, KubernetesObject, Pod } from '../../../api/types.ts'
import type { AdmissionPlugin, Server } from '../contract.ts'

const LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region']

/** A pod carries the zone and region of its node. Source: plugin/pkg/admission/podtopologylabels/admission.go */
export const podTopologyLabels: AdmissionPlugin = {
  name: 'PodTopologyLabels',
  resources: ['pods', 'bindings'],
  operations: ['CREATE'],
  admit(object, { server, subresource }) {
    if (object === undefined) return object
    if (object.kind === 'Binding') {
      const { target } = object as Binding
      return target?.kind === 'Node' ? labelled(object, topologyOf(server, target.name ?? '')) : object
    }
    const { nodeName } = (object as Pod).spec
    return subresource === undefined && nodeName ? labelled(object, topologyOf(server, nodeName)) : object
  },
}

function topologyOf(server: Server, name: string): readonly (readonly [string, string])[] {
  const labels = server.read('Node', name)?.metadata.labels
  return labels === undefined ? [] : Object.entries(labels).filter(([key]) => LABELS.includes(key))
}

function labelled(object: KubernetesObject, topology: readonly (readonly [string, string])[]): KubernetesObject {
  if (topology.length === 0) return object
  return {
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...Object.fromEntries(topology) } },
  }
}
