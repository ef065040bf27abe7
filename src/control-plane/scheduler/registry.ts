/** The plugins that come with the scheduler, by the names that profiles give them. */
import type { DefaultPreemptionArgs } from './config/configuration.ts'
import type { PluginFeatures } from './features.ts'
import type { Plugin, PluginFactory, Registry } from './framework.ts'
import { defaultBinder } from './plugins/default-binder.ts'
import { defaultPreemption } from './plugins/default-preemption.ts'
import { type DynamicResourcesArgs, dynamicResources } from './plugins/dynamic-resources.ts'
import { gangScheduling } from './plugins/gang-scheduling.ts'
import { imageLocality } from './plugins/image-locality.ts'
import { interPodAffinity } from './plugins/inter-pod-affinity.ts'
import { nodeAffinity } from './plugins/node-affinity.ts'
import { nodeName } from './plugins/node-name.ts'
import { nodePorts } from './plugins/node-ports.ts'
import { nodeResourcesBalancedAllocation } from './plugins/node-resources-balanced-allocation.ts'
import { nodeResourcesFit } from './plugins/node-resources-fit.ts'
import type { NodeResourcesFitArgs } from './plugins/node-resources-fit-args.ts'
import { nodeUnschedulable } from './plugins/node-unschedulable.ts'
import { nodeVolumeLimits } from './plugins/node-volume-limits.ts'
import { type PodTopologySpreadArgs, podTopologySpread } from './plugins/pod-topology-spread.ts'
import { prioritySort } from './plugins/priority-sort.ts'
import { schedulingGates } from './plugins/scheduling-gates.ts'
import { taintToleration } from './plugins/taint-toleration.ts'
import { type VolumeBindingArgs, volumeBinding } from './plugins/volume-binding.ts'
import { volumeRestrictions } from './plugins/volume-restrictions.ts'
import { volumeZone } from './plugins/volume-zone.ts'

/** A plugin without arguments that needs nothing of the handle. */
const plain =
  <F, S>(plugin: Plugin<F, S>): PluginFactory =>
  () =>
    plugin as Plugin

const made =
  <A extends object, F, S>(make: (args: A, features: PluginFeatures) => Plugin<F, S>): PluginFactory =>
  (args, { features }) =>
    make((args ?? {}) as A, features) as Plugin

/** Source: pkg/scheduler/framework/plugins/registry.go NewInTreeRegistry */
export const inTreeRegistry: Registry = {
  SchedulingGates: plain(schedulingGates),
  PrioritySort: plain(prioritySort),
  NodeUnschedulable: plain(nodeUnschedulable),
  NodeName: plain(nodeName),
  TaintToleration: (_args, { features }) => taintToleration(features) as Plugin,
  NodeAffinity: made(nodeAffinity),
  NodePorts: plain(nodePorts),
  NodeResourcesFit: (args, { features, devices }) =>
    nodeResourcesFit((args ?? {}) as NodeResourcesFitArgs, features, devices) as Plugin,
  VolumeRestrictions: (_args, { storage }) => volumeRestrictions(storage) as Plugin,
  NodeVolumeLimits: (_args, { storage, features }) => nodeVolumeLimits(storage, features) as Plugin,
  VolumeBinding: (args, handle) => volumeBinding((args ?? {}) as VolumeBindingArgs, handle) as Plugin,
  VolumeZone: (_args, { storage }) => volumeZone(storage) as Plugin,
  PodTopologySpread: (args, { features, scheduler }) =>
    podTopologySpread((args ?? {}) as PodTopologySpreadArgs, features, scheduler.snapshot) as Plugin,
  InterPodAffinity: made(interPodAffinity),
  NodeResourcesBalancedAllocation: made(nodeResourcesBalancedAllocation),
  ImageLocality: plain(imageLocality),
  DefaultBinder: (_args, { client }) => defaultBinder(client),
  DynamicResources: (args, handle) => dynamicResources((args ?? {}) as DynamicResourcesArgs, handle) as Plugin,
  GangScheduling: (_args, handle) => gangScheduling(handle),
  DefaultPreemption: (args, handle) => defaultPreemption(args as DefaultPreemptionArgs, handle),
  // Nodes declare no features here, so nothing can be asked of them.
  NodeDeclaredFeatures: plain({ name: 'NodeDeclaredFeatures' }),
}
