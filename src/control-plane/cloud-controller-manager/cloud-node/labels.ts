import type { Node } from '../../../api/types.ts'
import type { InstanceMetadata } from '../cloud-provider.ts'

const INSTANCE_TYPE = ['beta.kubernetes.io/instance-type', 'node.kubernetes.io/instance-type'] as const
const ZONE = ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'] as const
const REGION = ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'] as const

type Labels = Readonly<Record<string, string>>

/** The labels of a node once the cloud has said what it is. Source: node_controller.go getNodeModifiersFromCloudProvider */
export function withCloudLabels(labels: Labels, metadata: InstanceMetadata): Labels {
  const { instanceType, zone, region, additionalLabels = {} } = metadata
  const own = [...both(INSTANCE_TYPE, instanceType), ...both(ZONE, zone), ...both(REGION, region)]
  const known = { ...labels, ...Object.fromEntries(own) }
  const more = Object.entries(additionalLabels).filter(
    ([key]) => !/(^|\.)(kubernetes|k8s)\.io\//.test(key) && known[key] === undefined,
  )
  return { ...known, ...Object.fromEntries(more) }
}

function both(keys: readonly string[], value: string): [string, string][] {
  return value === '' ? [] : keys.map((key) => [key, value])
}

/** Labels that have to be changed so that the stable ones say what the beta ones say. Source: node_controller.go reconcileNodeLabels */
export function labelsToReconcile({ metadata: { labels = {} } }: Node): Labels {
  const wrong = [ZONE, REGION, INSTANCE_TYPE].flatMap(([primary, secondary]) => {
    const value = labels[primary]
    return value === undefined || labels[secondary] === value ? [] : [[secondary, value]]
  })
  return Object.fromEntries(wrong) as Labels
}
