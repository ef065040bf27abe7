import type { NodeFault, PressureKind } from '../../cluster/contract.ts'
import { FAILING_STATUSES } from '../../cluster/failing-requests.ts'
import { hostNamed, hostOfComponent } from '../hosts.ts'
import type { ComponentRef, ObjectRef, PodsRef } from '../parameter-types.ts'
import { chosen, onePodOf } from '../pods.ts'
import { needing, SpecError, type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'

type Action = 'stops' | 'starts' | 'restarts' | 'crashes'
type Probe = 'readiness' | 'liveness' | 'startup'

const nodeFaults: Readonly<Record<string, NodeFault>> = {
  'is shut down': 'shuts down',
  fails: 'fails',
  'loses power': 'fails',
  'is powered off': 'fails',
  reboots: 'reboots',
  recovers: 'recovers',
  'comes back': 'recovers',
  'is powered on': 'recovers',
}

/** What breaks, and comes back. */
export const faultSteps: readonly StepDefinition[] = needing('faults', [
  step(
    '{component} {action}',
    {
      says: 'A component stops, starts, restarts or crashes: where the words name a node, the one there.',
      example: 'When the scheduler stops',
    },
    async (world: World, ref: ComponentRef, action: Action) => {
      world.cluster.faults.component(ref.component, action, hostOfComponent(world, ref))
      await world.advance(0)
    },
  ),
  step(
    'node {string} {nodefault}',
    { says: 'What happens to a whole machine.', example: 'When node "worker-1" loses power' },
    async (world: World, name: string, fault: string) => {
      world.cluster.faults.node(hostNamed(world, name).name, nodeFaults[fault]!)
      await world.advance(0)
    },
  ),
  step(
    'node {string} comes under {pressure} pressure',
    {
      says: 'The machine runs out of memory, disk or process ids.',
      example: 'When node "worker-1" comes under memory pressure',
    },
    async (world: World, name: string, of: PressureKind) => {
      world.cluster.faults.pressure(hostNamed(world, name).name, of, 'begins')
      await world.advance(0)
    },
  ),
  step(
    'node {string} is relieved of {pressure} pressure',
    { says: 'And has enough of it again.', example: 'When node "worker-1" is relieved of memory pressure' },
    async (world: World, name: string, of: PressureKind) => {
      world.cluster.faults.pressure(hostNamed(world, name).name, of, 'ends')
      await world.advance(0)
    },
  ),
  step(
    'node {string} {loss} its network',
    { says: 'The machine is cut off from all others, or no more.', example: 'When node "worker-1" loses its network' },
    async (world: World, name: string, loss: 'loses' | 'regains') => {
      world.cluster.faults.link(hostNamed(world, name).name, '*', loss === 'loses' ? 'cut' : 'healed')
      await world.advance(0)
    },
  ),
  step(
    'the network between {string} and {string} is {link}',
    {
      says: 'Two machines reach each other no more, or again.',
      example: 'When the network between "cp-1" and "worker-1" is cut',
    },
    async (world: World, a: string, b: string, link: string) => {
      world.cluster.faults.link(hostNamed(world, a).name, hostNamed(world, b).name, link === 'cut' ? 'cut' : 'healed')
      await world.advance(0)
    },
  ),
  step(
    '{int} of {int} etcd member(s) fail(s)',
    {
      says: 'The last so many members stop; how many there are is said to be sure.',
      example: 'When 2 of 3 etcd members fail',
    },
    async (world: World, count: number, of: number) => {
      const { members } = world.cluster.etcd
      if (members.length !== of) throw new SpecError(`this cluster has ${members.length} etcd member(s), not ${of}`)
      if (count > of) throw new SpecError(`there are only ${of} etcd members`)
      for (const { name } of members.slice(-count).toReversed())
        world.cluster.faults.component('etcd', 'stops', world.cluster.etcd.hostOf(name))
      await world.advance(0)
    },
  ),
  step(
    '{int}% of the requests to {component} fail with status {int}',
    {
      says: `So many of a hundred requests to the API servers fail from now on, of components and of whoever else asks, by the cluster's own chance: ${FAILING_STATUSES.join(', ')}. What components know already and watches that stand are not concerned. 0% ends it.`,
      example: 'When 20% of the requests to the API server fail with status 500',
    },
    async (world: World, percent: number, { component, host, text }: ComponentRef, status: number) => {
      if (component !== 'kube-apiserver' || host !== undefined)
        world.incapable(`let requests to ${text} fail: those to the API servers can, all of them`)
      if (percent > 100) throw new SpecError(`${percent}% is more than all`)
      if (!FAILING_STATUSES.includes(status))
        throw new SpecError(`requests fail with status ${FAILING_STATUSES.join(', ')}, not ${status}`)
      world.cluster.faults.requests(percent, status)
      await world.advance(0)
    },
  ),
  step(
    'container {string} of {object} exits with code {int}',
    { says: "The container's process ends, once.", example: 'When container "app" of Pod "web-0" exits with code 1' },
    async (world: World, container: string, ref: ObjectRef, code: number) => {
      const { name, namespace } = onePodOf(world, ref).metadata
      world.cluster.faults.container(name, namespace ?? 'default', container, code)
      await world.advance(0)
    },
  ),
  step(
    'container {string} of {pods} exits with code {int}',
    {
      says: 'The same in each of these Pods.',
      example: 'When container "web" of a Pod of Deployment "web" exits with code 137',
    },
    async (world: World, container: string, ref: PodsRef, code: number) => {
      for (const { metadata } of chosen(world, ref))
        world.cluster.faults.container(metadata.name, metadata.namespace ?? 'default', container, code)
      await world.advance(0)
    },
  ),
  step(
    'the {probe} probe of {object} {outcome}',
    {
      says: 'From now on the probe has this outcome, whatever the container does.',
      example: 'When the liveness probe of Pod "web-0" fails',
    },
    (world: World, probe: Probe, ref: ObjectRef, outcome: string) => {
      const { name, namespace } = onePodOf(world, ref).metadata
      world.cluster.faults.probe(name, namespace ?? 'default', probe, probeOutcome(outcome))
    },
  ),
  step(
    'the {probe} probe of {pods} {outcome}',
    { says: 'The same in each of these Pods.', example: 'When the readiness probe of a Pod of Deployment "web" fails' },
    (world: World, probe: Probe, ref: PodsRef, outcome: string) => {
      for (const { metadata } of chosen(world, ref))
        world.cluster.faults.probe(metadata.name, metadata.namespace ?? 'default', probe, probeOutcome(outcome))
    },
  ),
])

function probeOutcome(word: string): 'fails' | 'succeeds' {
  // A probe that is refused or times out has failed.
  return word === 'succeeds' ? 'succeeds' : 'fails'
}
