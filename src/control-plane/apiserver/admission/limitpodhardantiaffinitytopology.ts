import type { Pod } from '../../../api/types.ts'
import type { AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'

const HOSTNAME = 'kubernetes.io/hostname'

/** Required anti-affinity goes no further than a node. Source: plugin/pkg/admission/antiaffinity/admission.go */
export const limitPodHardAntiAffinityTopology: AdmissionPlugin = {
  name: 'LimitPodHardAntiAffinityTopology',
  resources: ['pods'],
  operations: ['CREATE', 'UPDATE'],
  validate(object, attributes) {
    if (attributes.subresource !== undefined) return undefined
    const terms = (object as Pod).spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
    const wide = terms.find(({ topologyKey }) => topologyKey !== HOSTNAME)
    if (wide === undefined) return undefined
    const why = `affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey ${wide.topologyKey} but only key ${HOSTNAME} is allowed`
    return forbid(object, attributes, why)
  },
}
