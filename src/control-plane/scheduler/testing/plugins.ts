import { everything } from '../../../api/labels.ts'
import type { Client } from '../../../client/contract.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'
import { Cache } from '../cache.ts'
import type { Profile } from '../config/configuration.ts'
import { withDefaults } from '../config/defaults.ts'
import { DEFAULT_FEATURES } from '../features.ts'
import type { PluginHandle, WeightedPlugin } from '../framework.ts'
import { defaultFramework, type Framework } from '../profile.ts'
import { StorageCache } from '../storage-cache.ts'
import { FakeClient } from './fake-client.ts'

/** What plugins get that look at no cluster, or at the given one. */
export function pluginHandle(client?: Client): PluginHandle {
  const clock = new VirtualClock()
  const reads = client ?? new FakeClient(clock)
  return {
    client: reads,
    recorder: { eventf: () => undefined },
    clock,
    random: new Random(1),
    storage: new StorageCache(reads, () => undefined),
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
  }
}

/** What a scheduler runs with that nobody configured. */
export const defaultProfiles = (): readonly Profile[] =>
  withDefaults({}, { genericWorkload: false, gangScheduling: false }).profiles

export const testFramework = (client?: Client): Framework => defaultFramework(pluginHandle(client))

/** Every plugin of the default profile, with the weight of its score. */
export function testPlugins(client?: Client): readonly WeightedPlugin[] {
  const { all, score } = testFramework(client)
  return all.map((plugin) => ({
    plugin,
    weight: score.find((weighted) => weighted.plugin === plugin)?.weight ?? 1,
  }))
}
