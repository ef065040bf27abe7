import type { Client } from '../../../client/contract.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'
import type { Profile } from '../config/configuration.ts'
import { withDefaults } from '../config/defaults.ts'
import type { PluginHandle, WeightedPlugin } from '../framework.ts'
import { defaultFramework, type Framework } from '../profile.ts'
import { handleWithoutScheduler } from '../profile-check.ts'
import { FakeClient } from './fake-client.ts'

/** What plugins get that look at no cluster, or at the given one. */
export function pluginHandle(client?: Client): PluginHandle {
  const clock = new VirtualClock()
  return handleWithoutScheduler(client ?? new FakeClient(clock), clock, new Random(1))
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
