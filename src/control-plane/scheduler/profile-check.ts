import { everything } from '../../api/labels.ts'
import { serviceUnavailable } from '../../api/status.ts'
import type { Client } from '../../client/contract.ts'
import type { Clock } from '../../sim/clock.ts'
import { Random } from '../../sim/random.ts'
import { Cache } from './cache.ts'
import type { Profile } from './config/configuration.ts'
import { DeviceCache } from './device-cache.ts'
import { DEFAULT_FEATURES } from './features.ts'
import type { PluginHandle, Registry } from './framework.ts'
import { buildProfile } from './profile.ts'
import { StorageCache } from './storage-cache.ts'

/**
 * A configuration that cannot be run ends the program at its start, also where another scheduler leads.
 *
 * @throws Error that ends the program
 */
export function checkProfiles(profiles: readonly Profile[], registry: Registry, clock: Clock): void {
  for (const profile of profiles) buildProfile(profile, registry, nowhere(clock))
}

/** What a plugin gets that is made only to see whether it can be. */
const nowhere = (clock: Clock): PluginHandle => handleWithoutScheduler(NOBODY, clock, new Random(0))

/** What plugins get where nothing is scheduled. */
export const handleWithoutScheduler = (client: Client, clock: Clock, random: Random): PluginHandle => ({
  client,
  recorder: { eventf: () => undefined },
  clock,
  random,
  storage: new StorageCache(client, () => undefined),
  devices: new DeviceCache(client, () => undefined),
  features: DEFAULT_FEATURES,
  scheduler: {
    snapshot: new Cache({ namespaceLabels: () => ({}), namespaces: () => [], defaultSelector: () => everything }),
    trial: () => ({ fits: () => undefined, local: false }),
    nominatedTo: () => [],
    clearNomination: () => undefined,
    podsLike: () => [],
    activate: () => undefined,
    waitingPod: () => undefined,
  },
})

const refuse = () => serviceUnavailable('nothing is written here')

const NOBODY: Client = {
  user: '',
  get: () => undefined,
  list: () => [],
  watch: () => () => undefined,
  create: refuse,
  update: refuse,
  updateStatus: refuse,
  delete: refuse,
  createSubresource: refuse,
  reachable: () => false,
  onReachable: () => () => undefined,
}
