import type { Client } from '../../../client/contract.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'
import type { PluginHandle, WeightedPlugin } from '../framework.ts'
import { defaultPlugins } from '../profile.ts'
import { FakeClient } from './fake-client.ts'

/** What plugins get that look at no cluster, or at the given one. */
export function pluginHandle(client?: Client): PluginHandle {
  const clock = new VirtualClock()
  return { client: client ?? new FakeClient(clock), recorder: { event: () => undefined }, clock, random: new Random(1) }
}

export const testPlugins = (client?: Client): readonly WeightedPlugin[] => defaultPlugins(pluginHandle(client))
