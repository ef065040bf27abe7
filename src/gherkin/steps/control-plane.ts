import { isStatus } from '../../api/types.ts'
import type { ComponentRef } from '../parameter-types.ts'
import { resourceFor, send } from '../request.ts'
import { SpecError, type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'

/** etcd, and what the control plane does with and without it. */
export const controlPlaneSteps: readonly StepDefinition[] = [
  step('etcd has {presence}{within}', (world: World, presence: string, within?: number) =>
    world.eventually(() => {
      const leader = world.cluster.etcd.leader()
      if (presence === 'a leader') return leader === undefined ? 'etcd has no leader' : undefined
      return leader === undefined ? undefined : `etcd's leader is "${leader}"`
    }, within),
  ),
  step('etcd has another leader than {string}{within}', (world: World, name: string, within?: number) =>
    world.eventually(() => {
      const leader = world.cluster.etcd.leader()
      if (leader === undefined) return 'etcd has no leader'
      return leader === name ? `etcd's leader is still "${leader}"` : undefined
    }, within),
  ),
  step(
    '{component} {accepts} writes{within}',
    (world: World, { component, text }: ComponentRef, accepts: string, within?: number) => {
      if (component !== 'kube-apiserver' && component !== 'etcd') throw new SpecError(`${text} takes no writes`)
      return world.eventually(() => {
        const refused = writeProblem(world)
        if (accepts === 'accepts') return refused === undefined ? undefined : `${text} refuses writes: ${refused}`
        return refused === undefined ? `${text} accepts writes` : undefined
      }, within)
    },
  ),
  step(
    'the leader of {component} is {string}{within}',
    (world: World, { component }: ComponentRef, name: string, within?: number) =>
      world.eventually(() => {
        const leader = component === 'etcd' ? world.cluster.etcd.leader() : holder(world, component)
        return leader === name || leader?.split('_')[0] === name
          ? undefined
          : `the leader is ${leader ? `"${leader}"` : 'nobody'}`
      }, within),
  ),
]

/** Tries a write that is not kept apart from its trying: a dry run reaches etcd no further than admission. */
function writeProblem(world: World): string | undefined {
  const name = 'write-probe'
  const resource = resourceFor('ConfigMap')
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } }
  const created = send(world, { verb: 'create', resource, namespace: 'default', body })
  if (isStatus(created.body)) return created.body.message
  send(world, { verb: 'delete', resource, namespace: 'default', name })
  return undefined
}

/** Who holds the Lease: `<host>_<uuid>`. */
function holder(world: World, component: string): string | undefined {
  return world.client.get('Lease', component, 'kube-system')?.spec?.holderIdentity
}
