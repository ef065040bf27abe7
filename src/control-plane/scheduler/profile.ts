import type { PluginHandle, Registry, WeightedPlugin } from './framework.ts'
import { inTreeRegistry } from './registry.ts'

/** Name and weight of the score; 1 where none is given. Source: apis/config/v1/default_plugins.go getDefaultPlugins */
const DEFAULT_PLUGINS: readonly (readonly [name: string, weight?: number])[] = [
  ['SchedulingGates'],
  ['NodeUnschedulable'],
  ['NodeName'],
  ['TaintToleration', 3],
  ['NodeAffinity', 2],
  ['NodePorts'],
  ['NodeResourcesFit'],
  ['PodTopologySpread', 2],
  ['InterPodAffinity', 2],
  ['NodeResourcesBalancedAllocation'],
  ['ImageLocality'],
  ['DefaultBinder'],
]

/**
 * The plugins of the profile `default-scheduler`. Each profile has its own: they remember nodes.
 * Source: apis/config/v1/default_plugins.go
 */
export const defaultPlugins = (handle: PluginHandle, registry: Registry = inTreeRegistry): readonly WeightedPlugin[] =>
  DEFAULT_PLUGINS.map(([name, weight = 1]) => ({ plugin: registry[name]!(undefined, handle), weight }))
