import { parseGoDuration } from '../../api/duration.ts'
import type { LeaderElectionConfiguration, SchedulerConfiguration } from './config/configuration.ts'
import { type SchedulerFeatures, withDefaults } from './config/defaults.ts'
import { loadConfiguration } from './config/load.ts'
import { validateConfiguration } from './config/validation.ts'
import type { SchedulerFlags } from './flags.ts'

/** What a scheduler runs with. */
export interface CompletedOptions {
  readonly config: SchedulerConfiguration
  readonly features: SchedulerFeatures
  /** Virtual ms. */
  readonly podMaxInUnschedulablePodsDuration: number
}

/**
 * Flags and file together: with --config only the flags of the leader election count beside it.
 *
 * @param read answers undefined for a file that is not there
 * @returns the error that the program logs and ends with
 * Source: cmd/kube-scheduler/app/options/options.go ApplyTo
 */
export function completeOptions(
  flags: SchedulerFlags,
  read: (path: string) => string | undefined,
): CompletedOptions | { readonly error: string } {
  const features = featuresOf(flags)
  if ('error' in features) return features
  const path = flags.get('config') ?? ''
  const loaded = path === '' ? withDefaults({}, features) : configurationIn(path, read, features)
  if ('error' in loaded) return loaded
  const config = {
    ...loaded,
    leaderElection: withElectionFlags(loaded.leaderElection, flags),
    clientConnection:
      path === '' ? { ...loaded.clientConnection, kubeconfig: flags.get('kubeconfig') ?? '' } : loaded.clientConnection,
  }
  const error = validateConfiguration(config) ?? unsupported(config)
  if (error !== undefined) return { error }
  const longest = parseGoDuration(flags.get('pod-max-in-unschedulable-pods-duration') ?? '5m') ?? 300_000
  return { config, features, podMaxInUnschedulablePodsDuration: longest }
}

function configurationIn(
  path: string,
  read: (path: string) => string | undefined,
  features: SchedulerFeatures,
): SchedulerConfiguration | { readonly error: string } {
  const text = read(path)
  return text === undefined ? { error: `open ${path}: no such file or directory` } : loadConfiguration(text, features)
}

/** What a real scheduler would do and this one does not. */
const unsupported = ({ extenders }: SchedulerConfiguration): string | undefined =>
  extenders.length === 0
    ? undefined
    : `extenders: scheduler extenders (${extenders.map(({ urlPrefix = '' }) => urlPrefix).join(', ')}) are not simulated by kubedrill`

/** Source: options.go ApplyLeaderElectionTo */
function withElectionFlags(election: LeaderElectionConfiguration, flags: SchedulerFlags): LeaderElectionConfiguration {
  const duration = (flag: string, ms: number): number => {
    const text = flags.get(flag)
    return text === undefined ? ms : (parseGoDuration(text) ?? ms)
  }
  const elect = flags.get('leader-elect')
  return {
    leaderElect: elect === undefined ? election.leaderElect : isTrue(elect),
    leaseDuration: duration('leader-elect-lease-duration', election.leaseDuration),
    renewDeadline: duration('leader-elect-renew-deadline', election.renewDeadline),
    retryPeriod: duration('leader-elect-retry-period', election.retryPeriod),
    resourceLock: flags.get('leader-elect-resource-lock') ?? election.resourceLock,
    resourceName: flags.get('leader-elect-resource-name') ?? election.resourceName,
    resourceNamespace: flags.get('leader-elect-resource-namespace') ?? election.resourceNamespace,
  }
}

const isTrue = (text: string): boolean => /^(1|t|true)$/i.test(text)

/** Gates that would change what becomes of groups of pods. */
const NOT_SIMULATED = ['TopologyAwareWorkloadScheduling', 'WorkloadAwarePreemption']

/** Gates that build on one another. Source: pkg/features/kube_features.go */
function featuresOf(flags: SchedulerFlags): SchedulerFeatures | { readonly error: string } {
  const on = new Set<string>()
  for (const gate of (flags.get('feature-gates') ?? '').split(',')) {
    const [name = '', value = ''] = gate.split('=')
    if (isTrue(value)) on.add(name.trim())
    else on.delete(name.trim())
  }
  const all = on.has('AllAlpha')
  const genericWorkload = all || on.has('GenericWorkload')
  const gangScheduling = all || on.has('GangScheduling')
  if (gangScheduling && !genericWorkload)
    return { error: 'GangScheduling is enabled, but depends on features that are disabled: [GenericWorkload]' }
  for (const gate of NOT_SIMULATED)
    if (on.has(gate)) return { error: `feature gate ${gate}: not simulated by kubedrill` }
  return { genericWorkload, gangScheduling }
}
