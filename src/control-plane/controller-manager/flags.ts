import { parseGoDuration } from '../../api/duration.ts'
import { controllerAliases, flagTypes, knownControllers } from './flag-names.ts'

/** What the controllers take from the command line. Durations in ms, rates per second. */
export interface ControllerManagerFlags {
  /** `*`, `name`, `-name`; older names already replaced. */
  readonly controllers: readonly string[]
  readonly useServiceAccountCredentials: boolean
  readonly leaderElect: boolean
  readonly leaderElectLeaseDuration: number
  readonly leaderElectRenewDeadline: number
  readonly leaderElectRetryPeriod: number
  readonly leaderElectResourceName: string
  readonly leaderElectResourceNamespace: string
  readonly nodeMonitorPeriod: number
  readonly nodeMonitorGracePeriod: number
  readonly nodeStartupGracePeriod: number
  readonly nodeEvictionRate: number
  readonly secondaryNodeEvictionRate: number
  readonly largeClusterSizeThreshold: number
  readonly unhealthyZoneThreshold: number
  readonly terminatedPodGCThreshold: number
  readonly endpointUpdatesBatchPeriod: number
  readonly endpointSliceUpdatesBatchPeriod: number
  readonly maxEndpointsPerSlice: number
  readonly mirroringMaxEndpointsPerSubset: number
  readonly mirroringEndpointSliceUpdatesBatchPeriod: number
  readonly resourceQuotaSyncPeriod: number
  readonly pvClaimBinderSyncPeriod: number
  readonly horizontalPodAutoscalerSyncPeriod: number
  readonly horizontalPodAutoscalerDownscaleStabilization: number
  readonly horizontalPodAutoscalerTolerance: number
  readonly horizontalPodAutoscalerCPUInitializationPeriod: number
  readonly horizontalPodAutoscalerInitialReadinessDelay: number
  readonly allocateNodeCIDRs: boolean
  readonly clusterCIDR: string
  /** 0: the default of the range's family. */
  readonly nodeCIDRMaskSize: number
  readonly nodeCIDRMaskSizeIPv4: number
  readonly nodeCIDRMaskSizeIPv6: number
  readonly serviceClusterIPRange: readonly string[]
  readonly legacyServiceAccountTokenCleanUpPeriod: number
  /** The longest life of a certificate that is signed for a CertificateSigningRequest. */
  readonly clusterSigningDuration: number
  readonly rootCAFile: string
  readonly serviceAccountPrivateKeyFile: string
  readonly kubeconfig: string
  /** Everything that was given, by name, as text. */
  readonly given: ReadonlyMap<string, string>
}

type FlagType = keyof typeof flagTypes

/** The type of each flag a program has, by its name. */
export function flagIndex(types: Readonly<Record<FlagType, string>>): ReadonlyMap<string, FlagType> {
  return new Map(
    Object.entries(types).flatMap(([type, names]) =>
      names.split(/\s+/).map((name): [string, FlagType] => [name, type as FlagType]),
    ),
  )
}

const typeOf = flagIndex(flagTypes)

/**
 * Reads the arguments of `kube-controller-manager` (without the program's name). Answers the flags, or the error that
 * the real one prints behind `Error: ` before it exits with 1: `unknown flag: --x`.
 *
 * @param more names that --controllers may hold besides those of the real program
 * Source: spf13/pflag flag.go, cmd/kube-controller-manager/app/options
 */
export function parseFlags(
  args: readonly string[],
  more: readonly string[] = [],
): ControllerManagerFlags | { readonly error: string } {
  const given = readArguments('kube-controller-manager', args, typeOf)
  if ('error' in given) return given
  const unknown = unknownControllers(list(given, 'controllers'), more)
  if (unknown.length > 0) return { error: unknown.length === 1 ? unknown[0]! : `[${unknown.join(', ')}]` }
  return { ...leaderElectionFlags(given), ...controllerFlags(given), given }
}

/** Source: cmd/kube-controller-manager/app/options/options.go Validate, apimachinery/pkg/util/errors aggregate.Error */
function unknownControllers(names: readonly string[], more: readonly string[]): readonly string[] {
  const unknown = names
    .map((name) => name.replace(/^-/, ''))
    .filter((name) => name !== '*' && !more.includes(name) && !knownControllers.has(controllerAliases[name] ?? name))
  return [...new Set(unknown)].map((name) => `"${name}" is not in the list of known controllers`)
}

/** The flags of a controller manager's command line by name, or the error it prints. */
export function readArguments(
  program: string,
  args: readonly string[],
  typeOf: ReadonlyMap<string, FlagType>,
): Map<string, string> | { readonly error: string } {
  const given = new Map<string, string>()
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!
    if (!arg.startsWith('-') || arg === '-') return { error: `unknown command "${arg}" for "${program}"` }
    if (arg === '--') break
    const [, dashes, name = '', equals, text = ''] = /^(--?)([^=]*)(=?)(.*)$/s.exec(arg)!
    if (dashes === '-' && name !== 'v' && name !== 'h')
      return { error: `unknown shorthand flag: '${name[0] ?? ''}' in ${arg}` }
    const full = name === 'h' ? 'help' : name.replaceAll('_', '-')
    const type = typeOf.get(full)
    if (type === undefined) return { error: `unknown flag: --${name}` }
    let value = equals === '=' ? text : undefined
    if (value === undefined) value = type === 'bool' || full === 'version' ? 'true' : args[++at]
    if (value === undefined) return { error: `flag needs an argument: --${name}` }
    const wrong = wrongValue(type, value)
    if (wrong !== undefined) return { error: `invalid argument "${value}" for "--${full}" flag: ${wrong}` }
    const before = given.get(full)
    given.set(full, type === 'list' && before !== undefined ? `${before},${value}` : value)
  }
  return given
}

function wrongValue(type: FlagType, value: string): string | undefined {
  const syntax = (parse: string) => `strconv.${parse}: parsing "${value}": invalid syntax`
  switch (type) {
    case 'bool':
      return /^(1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$/.test(value) ? undefined : syntax('ParseBool')
    case 'int':
      return /^[+-]?\d+$/.test(value) ? undefined : syntax('ParseInt')
    case 'float':
      return value !== '' && !Number.isNaN(Number(value)) ? undefined : syntax('ParseFloat')
    case 'duration':
      if (parseGoDuration(value) !== undefined) return undefined
      return /^[+-]?\d+(\.\d+)?$/.test(value)
        ? `time: missing unit in duration "${value}"`
        : `time: invalid duration "${value}"`
    default:
      return undefined
  }
}

const YEAR = 365 * 24 * 3_600_000

export type Given = ReadonlyMap<string, string>

export function bool(given: Given, name: string, otherwise: boolean): boolean {
  const text = given.get(name)
  return text === undefined ? otherwise : /^[1tT]/.test(text)
}

export function duration(given: Given, name: string, otherwise: number): number {
  return parseGoDuration(given.get(name) ?? '') ?? otherwise
}

export function number(given: Given, name: string, otherwise: number): number {
  const text = given.get(name)
  return text === undefined ? otherwise : Number(text)
}

export function list(given: Given, name: string): readonly string[] {
  return (given.get(name) ?? '').split(',').filter((item) => item !== '')
}

/** Source: component-base/config/v1alpha1/defaults.go RecommendedDefaultLeaderElectionConfiguration */
export function leaderElectionFlags(given: Given, name = 'kube-controller-manager') {
  return {
    leaderElect: bool(given, 'leader-elect', true),
    leaderElectLeaseDuration: duration(given, 'leader-elect-lease-duration', 15_000),
    leaderElectRenewDeadline: duration(given, 'leader-elect-renew-deadline', 10_000),
    leaderElectRetryPeriod: duration(given, 'leader-elect-retry-period', 2_000),
    leaderElectResourceName: given.get('leader-elect-resource-name') ?? name,
    leaderElectResourceNamespace: given.get('leader-elect-resource-namespace') ?? 'kube-system',
  }
}

/** Source: pkg/controller/*\/config/v1alpha1/defaults.go, cmd/kube-controller-manager/app/options/nodelifecyclecontroller.go */
function controllerFlags(given: Given) {
  const controllers = given.has('controllers') ? list(given, 'controllers') : ['*']
  return {
    controllers: controllers.map((name) =>
      name.startsWith('-')
        ? `-${controllerAliases[name.slice(1)] ?? name.slice(1)}`
        : (controllerAliases[name] ?? name),
    ),
    useServiceAccountCredentials: bool(given, 'use-service-account-credentials', false),
    nodeMonitorPeriod: duration(given, 'node-monitor-period', 5_000),
    nodeMonitorGracePeriod: duration(given, 'node-monitor-grace-period', 50_000),
    nodeStartupGracePeriod: duration(given, 'node-startup-grace-period', 60_000),
    nodeEvictionRate: number(given, 'node-eviction-rate', 0.1),
    secondaryNodeEvictionRate: number(given, 'secondary-node-eviction-rate', 0.01),
    largeClusterSizeThreshold: number(given, 'large-cluster-size-threshold', 50),
    unhealthyZoneThreshold: number(given, 'unhealthy-zone-threshold', 0.55),
    terminatedPodGCThreshold: number(given, 'terminated-pod-gc-threshold', 12_500),
    endpointUpdatesBatchPeriod: duration(given, 'endpoint-updates-batch-period', 0),
    endpointSliceUpdatesBatchPeriod: duration(given, 'endpointslice-updates-batch-period', 0),
    maxEndpointsPerSlice: number(given, 'max-endpoints-per-slice', 100),
    mirroringMaxEndpointsPerSubset: number(given, 'mirroring-max-endpoints-per-subset', 1_000),
    mirroringEndpointSliceUpdatesBatchPeriod: duration(given, 'mirroring-endpointslice-updates-batch-period', 0),
    resourceQuotaSyncPeriod: duration(given, 'resource-quota-sync-period', 300_000),
    pvClaimBinderSyncPeriod: duration(given, 'pvclaimbinder-sync-period', 15_000),
    ...autoscalerFlags(given),
    allocateNodeCIDRs: bool(given, 'allocate-node-cidrs', false),
    clusterCIDR: given.get('cluster-cidr') ?? '',
    nodeCIDRMaskSize: number(given, 'node-cidr-mask-size', 0),
    nodeCIDRMaskSizeIPv4: number(given, 'node-cidr-mask-size-ipv4', 0),
    nodeCIDRMaskSizeIPv6: number(given, 'node-cidr-mask-size-ipv6', 0),
    serviceClusterIPRange: list(given, 'service-cluster-ip-range'),
    legacyServiceAccountTokenCleanUpPeriod: duration(given, 'legacy-service-account-token-clean-up-period', YEAR),
    clusterSigningDuration: duration(given, 'cluster-signing-duration', YEAR),
    rootCAFile: given.get('root-ca-file') ?? '',
    serviceAccountPrivateKeyFile: given.get('service-account-private-key-file') ?? '',
    kubeconfig: given.get('kubeconfig') ?? '',
  }
}

/** Source: pkg/controller/podautoscaler/config/v1alpha1/defaults.go */
function autoscalerFlags(given: Given) {
  const named = (rest: string, otherwise: number) => duration(given, `horizontal-pod-autoscaler-${rest}`, otherwise)
  return {
    horizontalPodAutoscalerSyncPeriod: named('sync-period', 15_000),
    horizontalPodAutoscalerDownscaleStabilization: named('downscale-stabilization', 300_000),
    horizontalPodAutoscalerTolerance: number(given, 'horizontal-pod-autoscaler-tolerance', 0.1),
    horizontalPodAutoscalerCPUInitializationPeriod: named('cpu-initialization-period', 300_000),
    horizontalPodAutoscalerInitialReadinessDelay: named('initial-readiness-delay', 30_000),
  }
}

/** Whether `--controllers` asks for the controller; the first that names it decides. Source: controller-manager/app/helper.go IsControllerEnabled */
export function isControllerEnabled(name: string, controllers: readonly string[], onlyWhenNamed = false): boolean {
  for (const each of controllers) {
    if (each === name) return true
    if (each === `-${name}`) return false
  }
  return !onlyWhenNamed && controllers.includes('*')
}

/** What --feature-gates says of a gate that is off unless given. Source: component-base/featuregate/feature_gate.go Set */
export function isFeatureEnabled({ given }: ControllerManagerFlags, gate: string): boolean {
  const gates = (given.get('feature-gates') ?? '').split(',')
  return gates.some((each) => each === `${gate}=true`)
}
