import type { NodeSelector, TopologySpreadConstraint } from '../../src/api/types.ts'
import type { Plugin } from '../../src/control-plane/scheduler/framework.ts'
import { imageLocality } from '../../src/control-plane/scheduler/plugins/image-locality.ts'
import { interPodAffinity } from '../../src/control-plane/scheduler/plugins/inter-pod-affinity.ts'
import { type NodeAffinityArgs, nodeAffinity } from '../../src/control-plane/scheduler/plugins/node-affinity.ts'
import { nodeName } from '../../src/control-plane/scheduler/plugins/node-name.ts'
import { nodePorts } from '../../src/control-plane/scheduler/plugins/node-ports.ts'
import { nodeResourcesBalancedAllocation } from '../../src/control-plane/scheduler/plugins/node-resources-balanced-allocation.ts'
import { nodeResourcesFit } from '../../src/control-plane/scheduler/plugins/node-resources-fit.ts'
import { nodeUnschedulable } from '../../src/control-plane/scheduler/plugins/node-unschedulable.ts'
import { podTopologySpread } from '../../src/control-plane/scheduler/plugins/pod-topology-spread.ts'
import type { ResourceSpec } from '../../src/control-plane/scheduler/plugins/resource-allocation.ts'
import type { ScoringStrategy } from '../../src/control-plane/scheduler/plugins/scoring-strategy.ts'
import { taintToleration } from '../../src/control-plane/scheduler/plugins/taint-toleration.ts'
import type { SchedulerCall } from './scheduler-call.ts'

/** Scoring configuration, which the recordings leave out. */
export interface ScoringChoice {
  readonly strategy?: ScoringStrategy
  readonly resources?: readonly ResourceSpec[]
}

/** Our plugin for a recorded call, configured as recorded; undefined: we have none. */
export function pluginFor({ plugin, args }: SchedulerCall, choice: ScoringChoice = {}): Plugin | undefined {
  const made = make(plugin, args, choice)
  return made as Plugin | undefined
}

function make(name: string, args: SchedulerCall['args'], choice: ScoringChoice): unknown {
  switch (name) {
    case 'NodeName':
      return nodeName
    case 'NodeUnschedulable':
      return nodeUnschedulable
    case 'NodePorts':
      return nodePorts
    case 'TaintToleration':
      return taintToleration({ enableComparisonOperators: args.enableTaintTolerationComparisonOperators === 'true' })
    case 'ImageLocality':
      return imageLocality
    case 'NodeAffinity':
      return nodeAffinity(nodeAffinityArgs(args))
    case 'Fit':
      return nodeResourcesFit({
        ...(choice.strategy && { scoringStrategy: choice.strategy }),
        enableSidecarContainers: args.enableSidecarContainers === 'true',
        enablePodLevelResources: args.enablePodLevelResources === 'true',
        ignoredResources: mapKeys(args.ignoredResources),
        ignoredResourceGroups: mapKeys(args.ignoredResourceGroups),
      })
    case 'BalancedAllocation':
      return nodeResourcesBalancedAllocation(choice.resources)
    case 'InterPodAffinity':
      return interPodAffinity({
        hardPodAffinityWeight: Number(/HardPodAffinityWeight:(\d+)/.exec(args.args ?? '')?.[1] ?? 1),
        ignorePreferredTermsOfExistingPods: /IgnorePreferredTermsOfExistingPods:true/.test(args.args ?? ''),
      })
    case 'PodTopologySpread':
      return podTopologySpread({
        defaultConstraints: spreadConstraints(args.defaultConstraints ?? '[]'),
        systemDefaulted: args.systemDefaulted === 'true',
        enableNodeInclusionPolicy: args.enableNodeInclusionPolicyInPodTopologySpread === 'true',
        enableMatchLabelKeys: args.enableMatchLabelKeysInPodTopologySpread === 'true',
      })
    default:
      return undefined
  }
}

/** `map[example.com/a:{} example.com/b:{}]` as Go prints a set. */
const mapKeys = (text = ''): string[] => [...text.matchAll(/([^\s[]+):\{\}/g)].map((match) => match[1]!)

/** `[{MaxSkew:1 TopologyKey:node WhenUnsatisfiable:DoNotSchedule ...}]` as Go prints them. */
function spreadConstraints(text: string): TopologySpreadConstraint[] {
  return [...text.matchAll(/MaxSkew:(\d+) TopologyKey:(\S+) WhenUnsatisfiable:(\w+)/g)].map(
    ([, maxSkew, topologyKey, whenUnsatisfiable]) => ({
      maxSkew: Number(maxSkew),
      topologyKey: topologyKey!,
      whenUnsatisfiable: whenUnsatisfiable!,
    }),
  )
}

const OPERATORS: Readonly<Record<string, string>> = { in: 'In', notin: 'NotIn', exists: 'Exists', '!': 'DoesNotExist' }

function nodeAffinityArgs({
  addedNodeSelector = '<nil>',
  addedPrefSchedTerms = '<nil>',
}: SchedulerCall['args']): NodeAffinityArgs {
  const preferred = [...addedPrefSchedTerms.matchAll(/nodeSelectorTerm:\{(.*?)parseErrs:\[\]\} weight:(\d+)/g)]
  return {
    ...(addedNodeSelector !== '<nil>' && { addedNodeSelector: { nodeSelectorTerms: [term(addedNodeSelector)] } }),
    ...(preferred.length > 0 && {
      addedPreferredTerms: preferred.map(([, text, weight]) => ({ weight: Number(weight), preference: term(text!) })),
    }),
  }
}

/** Field terms are recorded as an address only, so they cannot be told. */
function term(text: string): NodeSelector['nodeSelectorTerms'][number] {
  return {
    matchExpressions: [...text.matchAll(/\{key:(\S+) operator:(\S+) strValues:\[([^\]]*)\]\}/g)].map(
      ([, key, operator, values]) => ({
        key: key!,
        operator: OPERATORS[operator!] ?? operator!,
        values: values!.split(' '),
      }),
    ),
  }
}
