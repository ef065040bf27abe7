import type { TopologySpreadConstraint } from '../../src/api/types.ts'
import type { Plugin } from '../../src/control-plane/scheduler/framework.ts'
import type { NodeAffinityArgs } from '../../src/control-plane/scheduler/plugins/node-affinity.ts'
import { inTreeRegistry } from '../../src/control-plane/scheduler/registry.ts'
import type { Inputs } from './inputs.ts'
import type { SchedulerCall } from './scheduler-call.ts'
import { handleOf } from './world.ts'

/** As a profile names it; the recorder went by Go types. */
const NAMES: Readonly<Record<string, string>> = {
  Fit: 'NodeResourcesFit',
  BalancedAllocation: 'NodeResourcesBalancedAllocation',
  CSILimits: 'NodeVolumeLimits',
}

const recorded: Readonly<Record<string, (args: SchedulerCall['args']) => object>> = {
  Fit: (args) => ({
    ignoredResources: mapKeys(args.ignoredResources),
    ignoredResourceGroups: mapKeys(args.ignoredResourceGroups),
  }),
  NodeAffinity: nodeAffinityArgs,
  InterPodAffinity: (args) => ({
    hardPodAffinityWeight: Number(/HardPodAffinityWeight:(\d+)/.exec(args.args ?? '')?.[1] ?? 1),
    ignorePreferredTermsOfExistingPods: /IgnorePreferredTermsOfExistingPods:true/.test(args.args ?? ''),
  }),
  PodTopologySpread: (args) =>
    args.systemDefaulted === 'true'
      ? { defaultingType: 'System' }
      : { defaultingType: 'List', defaultConstraints: spreadConstraints(args.defaultConstraints ?? '[]') },
}

/** Our plugin for a recorded call, configured as recorded; undefined: we have none. */
export function pluginFor({ plugin, args }: SchedulerCall, inputs: Inputs = {}): Plugin | undefined {
  const make = inTreeRegistry[NAMES[plugin] ?? plugin]
  if (make === undefined) return undefined
  const handle = handleOf(inputs)
  const gate = (name: string, ours: boolean): boolean => (args[name] === undefined ? ours : args[name] === 'true')
  const { features } = handle
  return make(
    { ...recorded[plugin]?.(args), ...inputs.args },
    {
      ...handle,
      features: {
        ...features,
        taintTolerationComparisonOperators: gate('enableTaintTolerationComparisonOperators', false),
        nodeInclusionPolicy: gate('enableNodeInclusionPolicyInPodTopologySpread', true),
        matchLabelKeys: gate('enableMatchLabelKeysInPodTopologySpread', true),
        sidecarContainers: gate('enableSidecarContainers', true),
        podLevelResources: gate('enablePodLevelResources', inputs.features?.includes('podLevelResources') ?? false),
        volumeLimitScaling: gate('enableVolumeLimitScaling', false),
      },
    },
  )
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
    addedAffinity: {
      ...(addedNodeSelector !== '<nil>' && {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term(addedNodeSelector)] },
      }),
      ...(preferred.length > 0 && {
        preferredDuringSchedulingIgnoredDuringExecution: preferred.map(([, text, weight]) => ({
          weight: Number(weight),
          preference: term(text!),
        })),
      }),
    },
  }
}

/** Field terms are recorded as an address only, so they cannot be told. */
function term(text: string) {
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
