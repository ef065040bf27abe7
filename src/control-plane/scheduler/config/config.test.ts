import { describe, expect, test } from 'vitest'
import type { SchedulerConfiguration } from './configuration.ts'
import { loadConfiguration } from './load.ts'
import { validateConfiguration } from './validation.ts'

const HEAD = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n'

const load = (text: string) => loadConfiguration(text, { genericWorkload: false, gangScheduling: false })

function read(text: string): SchedulerConfiguration {
  const config = load(HEAD + text)
  if ('error' in config) throw new Error(config.error)
  return config
}

/** What the real kube-scheduler v1.36 said to the same file. */
const REFUSED: readonly (readonly [text: string, error: string])[] = [
  ['profilez: []', 'strict decoding error: unknown field "profilez"'],
  ['profiles: [{schedulerName: x, pluginz: {}}]', 'strict decoding error: unknown field "profiles[0].pluginz"'],
  [
    'parallelism: abc',
    'json: cannot unmarshal string into Go struct field KubeSchedulerConfiguration.parallelism of type int32',
  ],
  [
    'profiles: {}',
    'json: cannot unmarshal object into Go struct field KubeSchedulerConfiguration.profiles of type []v1.KubeSchedulerProfile',
  ],
  [
    'podInitialBackoffSeconds: "3"',
    'json: cannot unmarshal string into Go struct field KubeSchedulerConfiguration.podInitialBackoffSeconds of type int64',
  ],
  [
    'enableProfiling: maybe',
    'json: cannot unmarshal string into Go struct field KubeSchedulerConfiguration.DebuggingConfiguration.enableProfiling of type bool',
  ],
  [
    'profiles: [{schedulerName: y}]',
    'json: cannot unmarshal bool into Go struct field KubeSchedulerProfile.profiles.schedulerName of type string',
  ],
  [
    'profiles: [{schedulerName: x, pluginConfig: [{name: NodeResourcesFit, args: {scoringStrategyy: {type: Foo}}}]}]',
    'strict decoding error: decoding .profiles[0].pluginConfig[0]: strict decoding error: decoding args for plugin NodeResourcesFit: strict decoding error: unknown field "scoringStrategyy"',
  ],
  [
    'profiles: [{schedulerName: x, pluginConfig: [{name: NodeResourcesFit, args: {kind: InterPodAffinityArgs, apiVersion: kubescheduler.config.k8s.io/v1}}]}]',
    'decoding .profiles[0].pluginConfig[0]: args for plugin NodeResourcesFit were not of type NodeResourcesFitArgs.kubescheduler.config.k8s.io, got InterPodAffinityArgs.kubescheduler.config.k8s.io',
  ],
  [
    'podInitialBackoffSeconds: 20',
    'podMaxBackoffSeconds: Invalid value: 10: must be greater than or equal to PodInitialBackoffSeconds',
  ],
  [
    'parallelism: -1\npercentageOfNodesToScore: 101\npodInitialBackoffSeconds: 0\npodMaxBackoffSeconds: -1',
    '[parallelism: Invalid value: -1: should be an integer value greater than zero, percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100], podInitialBackoffSeconds: Invalid value: 0: must be greater than 0, podMaxBackoffSeconds: Invalid value: -1: must be greater than or equal to PodInitialBackoffSeconds]',
  ],
  [
    'profiles: [{schedulerName: x},{schedulerName: x},{}]',
    '[profiles[1].schedulerName: Duplicate value: {}, profiles[2].schedulerName: Required value]',
  ],
  ['profiles: [{schedulerName: ""}]', 'profiles[0].schedulerName: Required value'],
  [
    'profiles: [{schedulerName: x, percentageOfNodesToScore: 200}]',
    'profiles[0].percentageOfNodesToScore: Invalid value: 200: not in valid range [0-100]',
  ],
  [
    'profiles: [{schedulerName: x, pluginConfig: [{name: InterPodAffinity, args: {hardPodAffinityWeight: 101}}]}]',
    'profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]',
  ],
  [
    'profiles: [{schedulerName: x, pluginConfig: [{name: PodTopologySpread, args: {defaultConstraints: [{maxSkew: 0, topologyKey: "", whenUnsatisfiable: Foo, labelSelector: {}}], defaultingType: List}}]}]',
    '[profiles[0].pluginConfig[0].args.defaultConstraints[0].maxSkew: Invalid value: 0: not in valid range (0, inf), profiles[0].pluginConfig[0].args.defaultConstraints[0].topologyKey: Required value: can not be empty, profiles[0].pluginConfig[0].args.defaultConstraints[0].whenUnsatisfiable: Unsupported value: "Foo": supported values: "DoNotSchedule", "ScheduleAnyway", profiles[0].pluginConfig[0].args.defaultConstraints[0].labelSelector: Forbidden: constraint must not define a selector, as they deduced for each pod]',
  ],
  [
    'profiles: [{schedulerName: x, pluginConfig: [{name: DefaultPreemption, args: {minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0}}]}]',
    '[profiles[0].pluginConfig[0].args.minCandidateNodesPercentage: Invalid value: 0: cannot be zero at the same time as minCandidateNodesAbsolute, profiles[0].pluginConfig[0].args.minCandidateNodesAbsolute: Invalid value: 0: cannot be zero at the same time as minCandidateNodesPercentage]',
  ],
  [
    'profiles: [{schedulerName: x, pluginConfig: [{name: NodeAffinity, args: {}},{name: NodeAffinity, args: {}}]}]',
    'profiles[0].pluginConfig[1]: Duplicate value: "NodeAffinity"',
  ],
  [
    'profiles: [{schedulerName: x, plugins: {filter: {enabled: [{name: EBSLimits}]}}}]',
    'profiles[0].plugins.filter.enabled[0]: Invalid value: "EBSLimits": was invalid in version "v1" (KubeSchedulerConfiguration is version "kubescheduler.config.k8s.io/v1")',
  ],
  [
    'extenders: [{urlPrefix: "http://127.0.0.1:1", prioritizeVerb: p, weight: 0, managedResources: [{name: cpu}]}]',
    '[extenders[0].weight: Invalid value: 0: must have a positive weight applied to it, extenders[0].managedResources[0].name: Invalid value: "cpu": is an invalid extended resource name]',
  ],
  [
    'leaderElection: {leaderElect: true, leaseDuration: 1s, renewDeadline: 2s, retryPeriod: 3s, resourceLock: foo}',
    '[leaderElection.leaseDuration: Invalid value: "2s": must be greater than `RenewDeadline`, leaderElection.resourceLock: Invalid value: "foo": resourceLock value must be "leases"]',
  ],
]

describe('what is refused', () => {
  test.each(REFUSED)('%s', (text, error) => {
    const config = load(HEAD + text)
    expect('error' in config ? config.error : validateConfiguration(config)).toBe(error)
  })

  test.each([
    ['', "Object 'Kind' is missing in ''"],
    ['kind: KubeSchedulerConfiguration\n', "Object 'apiVersion' is missing in 'kind: KubeSchedulerConfiguration\n'"],
    [
      'apiVersion: v1\nkind: Pod\n',
      'no kind "Pod" is registered for version "v1" in scheme "k8s.io/kubernetes/pkg/scheduler/apis/config/scheme/scheme.go:29"',
    ],
    [
      'apiVersion: kubescheduler.config.k8s.io/v1\nkind: NodeResourcesFitArgs\n',
      "couldn't decode as KubeSchedulerConfiguration, got kubescheduler.config.k8s.io/v1, Kind=NodeResourcesFitArgs: ",
    ],
  ])('%j', (text, error) => {
    expect(load(text)).toEqual({ error })
  })
})

describe('what is left out', () => {
  test('the whole of it', () => {
    const config = read('')
    expect(validateConfiguration(config)).toBeUndefined()
    expect(config).toMatchObject({
      parallelism: 16,
      percentageOfNodesToScore: 0,
      podInitialBackoffSeconds: 1,
      podMaxBackoffSeconds: 10,
      leaderElection: { leaderElect: true, leaseDuration: 15_000, resourceName: 'kube-scheduler' },
      profiles: [{ schedulerName: 'default-scheduler' }],
    })
    expect(config.profiles[0]!.pluginConfig.find(({ name }) => name === 'DefaultPreemption')?.args).toEqual({
      minCandidateNodesPercentage: 10,
      minCandidateNodesAbsolute: 100,
    })
  })

  test('a plugin that is configured anew keeps its place; one that is disabled is gone', () => {
    const { plugins } = read(
      'profiles: [{plugins: {multiPoint: {enabled: [{name: Own}, {name: NodeAffinity, weight: 7}], disabled: [{name: NodePorts}]}}}]',
    ).profiles[0]!
    const names = plugins.multiPoint.enabled.map(({ name, weight }) => `${name}:${weight}`)
    expect(names.slice(4, 7)).toEqual(['TaintToleration:3', 'NodeAffinity:7', 'NodeResourcesFit:1'])
    expect(names.at(-1)).toBe('Own:0')
    expect(names).not.toContain('NodePorts:0')
  })

  test('every default plugin at once', () => {
    const { plugins } = read(
      'profiles: [{plugins: {multiPoint: {enabled: [{name: NodeName}], disabled: [{name: "*"}]}}}]',
    ).profiles[0]!
    expect(plugins.multiPoint.enabled).toEqual([{ name: 'NodeName', weight: 0 }])
  })
})
