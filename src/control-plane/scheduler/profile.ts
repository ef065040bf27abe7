import type { Plugin, WeightedPlugin } from './framework.ts'
import { imageLocality } from './plugins/image-locality.ts'
import { interPodAffinity } from './plugins/inter-pod-affinity.ts'
import { nodeAffinity } from './plugins/node-affinity.ts'
import { nodeName } from './plugins/node-name.ts'
import { nodePorts } from './plugins/node-ports.ts'
import { nodeResourcesBalancedAllocation } from './plugins/node-resources-balanced-allocation.ts'
import { nodeResourcesFit } from './plugins/node-resources-fit.ts'
import { nodeUnschedulable } from './plugins/node-unschedulable.ts'
import { podTopologySpread } from './plugins/pod-topology-spread.ts'
import { schedulingGates } from './plugins/scheduling-gates.ts'
import { taintToleration } from './plugins/taint-toleration.ts'

const weighted = <F, S>(plugin: Plugin<F, S>, weight = 1): WeightedPlugin => ({ plugin: plugin as Plugin, weight })

/**
 * The plugins of the profile `default-scheduler`, without those for volumes. Each scheduler has its own: they remember
 * nodes. Source: apis/config/v1/default_plugins.go
 */
export const defaultPlugins = (): readonly WeightedPlugin[] => [
  weighted(schedulingGates),
  weighted(nodeUnschedulable),
  weighted(nodeName),
  weighted(taintToleration(), 3),
  weighted(nodeAffinity(), 2),
  weighted(nodePorts),
  weighted(nodeResourcesFit()),
  weighted(podTopologySpread(), 2),
  weighted(interPodAffinity(), 2),
  weighted(nodeResourcesBalancedAllocation()),
  weighted(imageLocality),
]
