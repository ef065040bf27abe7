import { isLabelKey } from '../../../api/names.ts'
import { isExtendedResourceName } from '../resources.ts'
import {
  EXTENSION_POINTS,
  type Extender,
  type LeaderElectionConfiguration,
  type Profile,
  type SchedulerConfiguration,
} from './configuration.ts'
import { aggregate, duplicate, invalid, required } from './field-path.ts'
import { validatePluginArgs } from './plugin-args-validation.ts'

export const API_VERSION = 'kubescheduler.config.k8s.io/v1'

/** Plugins that were there once. Source: validation.go invalidPluginsByVersion */
const REMOVED_PLUGINS: readonly string[] = ['AzureDiskLimits', 'CinderLimits', 'EBSLimits', 'GCEPDLimits']

/**
 * @returns the error that ends the program; undefined: none
 * Source: pkg/scheduler/apis/config/validation/validation.go ValidateKubeSchedulerConfiguration
 */
export function validateConfiguration(config: SchedulerConfiguration): string | undefined {
  const errors: string[] = []
  if (config.clientConnection.burst < 0)
    errors.push(invalid('clientConnection.burst', config.clientConnection.burst, 'must be non-negative'))
  errors.push(...validateLeaderElection(config.leaderElection))
  if (config.parallelism <= 0)
    errors.push(invalid('parallelism', config.parallelism, 'should be an integer value greater than zero'))
  errors.push(...validateProfiles(config.profiles))
  errors.push(...validatePercentage('percentageOfNodesToScore', config.percentageOfNodesToScore))
  const { podInitialBackoffSeconds: initial, podMaxBackoffSeconds: max } = config
  if (initial <= 0) errors.push(invalid('podInitialBackoffSeconds', initial, 'must be greater than 0'))
  if (max < initial)
    errors.push(invalid('podMaxBackoffSeconds', max, 'must be greater than or equal to PodInitialBackoffSeconds'))
  errors.push(...validateExtenders(config.extenders))
  return aggregate(errors)
}

/** Source: component-base/config/validation/validation.go ValidateLeaderElectionConfiguration */
function validateLeaderElection(election: LeaderElectionConfiguration): readonly string[] {
  if (!election.leaderElect) return []
  const errors: string[] = []
  const at = (field: string) => `leaderElection.${field}`
  for (const field of ['leaseDuration', 'renewDeadline', 'retryPeriod'] as const)
    if (election[field] <= 0) errors.push(invalid(at(field), goSeconds(election[field]), 'must be greater than zero'))
  if (election.leaseDuration <= election.renewDeadline)
    errors.push(invalid(at('leaseDuration'), goSeconds(election.renewDeadline), 'must be greater than `RenewDeadline`'))
  if (election.resourceLock !== 'leases')
    errors.push(invalid(at('resourceLock'), election.resourceLock, 'resourceLock value must be "leases"'))
  return errors
}

/** A duration as Go prints it. */
function goSeconds(ms: number): string {
  const minutes = Math.trunc(ms / 60_000)
  const seconds = (ms % 60_000) / 1000
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`
}

function validateProfiles(profiles: readonly Profile[]): readonly string[] {
  const errors: string[] = []
  const seen = new Set<string>()
  profiles.forEach((profile, i) => {
    const path = `profiles[${i}]`
    errors.push(...validateProfile(path, profile))
    // A path is not a plain value: it is shown as an empty object.
    if (seen.has(profile.schedulerName)) errors.push(duplicate(`${path}.schedulerName`, {}))
    seen.add(profile.schedulerName)
  })
  return [...errors, ...validateCommonQueueSort(profiles)]
}

function validateProfile(path: string, profile: Profile): readonly string[] {
  const errors: string[] = []
  if (profile.schedulerName === '') errors.push(required(`${path}.schedulerName`))
  errors.push(...validatePercentage(`${path}.percentageOfNodesToScore`, profile.percentageOfNodesToScore))
  for (const point of EXTENSION_POINTS)
    profile.plugins[point].enabled.forEach(({ name }, i) => {
      if (REMOVED_PLUGINS.includes(name)) errors.push(removed(`${path}.plugins.${point}.enabled[${i}]`, name))
    })
  const seen = new Set<string>()
  profile.pluginConfig.forEach(({ name, args }, i) => {
    const at = `${path}.pluginConfig[${i}]`
    if (seen.has(name)) errors.push(duplicate(at, name))
    seen.add(name)
    if (REMOVED_PLUGINS.includes(name)) errors.push(removed(at, name))
    else errors.push(...validatePluginArgs(`${at}.args`, name, args))
  })
  return errors
}

const removed = (path: string, name: string): string =>
  invalid(path, name, `was invalid in version "v1" (KubeSchedulerConfiguration is version "${API_VERSION}")`)

const validatePercentage = (path: string, percentage: number | undefined): readonly string[] =>
  percentage !== undefined && (percentage < 0 || percentage > 100)
    ? [invalid(path, percentage, 'not in valid range [0-100]')]
    : []

function validateCommonQueueSort(profiles: readonly Profile[]): readonly string[] {
  const errors: string[] = []
  const canon = profiles[0]!.plugins.queueSort
  if (canon.enabled.length > 1)
    errors.push(
      invalid(
        'profiles[0].plugins.queueSort.Enabled',
        canon.enabled.length,
        'only one queue sort plugin can be enabled',
      ),
    )
  profiles.forEach(({ plugins: { queueSort } }, i) => {
    if (JSON.stringify(queueSort) === JSON.stringify(canon)) return
    const shown = {
      Enabled: queueSort.enabled.length === 0 ? null : queueSort.enabled.map(goPlugin),
      Disabled: queueSort.disabled.length === 0 ? null : queueSort.disabled.map(goPlugin),
    }
    errors.push(invalid(`profiles[${i}].plugins.queueSort`, shown, 'must be the same for all profiles'))
  })
  return errors
}

/** Internal types have no names for JSON. */
const goPlugin = ({ name, weight }: { readonly name: string; readonly weight: number }) => ({
  Name: name,
  Weight: weight,
})

function validateExtenders(extenders: readonly Extender[]): readonly string[] {
  const errors: string[] = []
  const managed = new Set<string>()
  extenders.forEach(({ prioritizeVerb = '', weight = 0, managedResources = [] }, i) => {
    const path = `extenders[${i}]`
    if (prioritizeVerb !== '' && weight <= 0)
      errors.push(invalid(`${path}.weight`, weight, 'must have a positive weight applied to it'))
    managedResources.forEach(({ name }, j) => {
      const at = `${path}.managedResources[${j}].name`
      const wrong = isLabelKey(name)
      if (wrong.length > 0) errors.push(...wrong.map((why) => invalid(at, name, why)))
      else if (!isExtendedResourceName(name)) errors.push(invalid(at, name, 'is an invalid extended resource name'))
      if (managed.has(name)) errors.push(invalid(at, name, 'duplicate extender managed resource name'))
      managed.add(name)
    })
  })
  const binders = extenders.filter(({ bindVerb = '' }) => bindVerb !== '').length
  if (binders > 1)
    errors.push(
      invalid('extenders', `found ${binders} extenders implementing bind`, 'only one extender can implement bind'),
    )
  return errors
}
