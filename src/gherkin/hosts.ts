import type { HostView } from '../cluster/contract.ts'
import type { ComponentRef } from './parameter-types.ts'
import { SpecError } from './step.ts'
import type { World } from './world.ts'

/** The host of this name. @throws {SpecError} that names those there are */
export function hostNamed(world: World, name: string): HostView {
  const { hosts } = world.cluster
  const host = hosts.get(name)
  if (host === undefined) throw new SpecError(`there is no node "${name}": ${[...hosts.keys()].join(', ')}`)
  return host
}

/** The host a component was said to run on; members of etcd go by their own name (`etcd-1`) or by their host's. */
export function hostOfComponent(world: World, { component, host, text }: ComponentRef): string | undefined {
  if (host === undefined) return undefined
  const { hosts, etcd } = world.cluster
  const found = component === 'etcd' ? (etcd.hostOf(host) ?? host) : host
  if (!hosts.has(found)) throw new SpecError(`${text}: there is no such host or member`)
  return found
}

/** The hosts that the words mean: the one they name, or every one. */
export function hostsOf(world: World, ref: ComponentRef): readonly HostView[] {
  const host = hostOfComponent(world, ref)
  return host === undefined ? [...world.cluster.hosts.values()] : [hostNamed(world, host)]
}
