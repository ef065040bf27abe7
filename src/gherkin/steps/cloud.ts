import type { Service } from '../../api/types.ts'
import type { Cloud, CloudAction, LoadBalancer, Operation, QuotaName } from '../../cluster/contract.ts'
import { topologyOf } from '../../cluster/topology.ts'
import { type Count, counts, type ObjectRef } from '../parameter-types.ts'
import { find } from '../pods.ts'
import { needing, SpecError, type StepDefinition, step, type Table } from '../step.ts'
import type { World } from '../world.ts'
import { nodeOf } from './cluster.ts'

const QUOTAS: Readonly<Record<string, QuotaName>> = {
  instance: 'instances',
  disk: 'disks',
  snapshot: 'snapshots',
  'load balancer': 'loadBalancers',
  route: 'routes',
  'disk on an instance': 'disksPerInstance',
}

/** Somebody who is nobody's neighbour. */
const STRANGER = '100.64.7.7'

/** Machines that are rented, load balancers and routes; what goes wrong there; and who comes from outside. */
export const cloudSteps: readonly StepDefinition[] = needing('cloud', [
  step(
    'a cluster in a cloud with {int} control plane node(s) and {int} worker node(s)',
    {
      says: 'The machines are rented in a simulated cloud, and a cloud controller manager runs.',
      example: 'Given a cluster in a cloud with 1 control plane node and 2 worker nodes',
    },
    async (world: World, controlPlanes: number, workers: number) => {
      if (controlPlanes < 1) throw new SpecError('a cluster needs a control plane node')
      await world.make({ ...topologyOf(controlPlanes, workers), cloud: {} })
    },
  ),
  step(
    'a cluster in a cloud with these nodes:',
    {
      says: 'The same with nodes by name, with a zone and an instance type where they matter.',
      example: `Given a cluster in a cloud with these nodes:
  | name     | role          | zone      | instance type |
  | cp-1     | control-plane | region-1a |               |
  | worker-1 | worker        | region-1b | standard-4    |`,
    },
    (world: World, table: Table) => world.make({ nodes: table.hashes().map(nodeOf), cloud: {} }),
  ),
  step(
    'the cloud allows {int} {cloudthing}',
    { says: 'A quota of the account.', example: 'Given the cloud allows 3 instances' },
    (world: World, limit: number, thing: string) =>
      act(world, { what: 'quota', name: QUOTAS[singular(thing)]!, limit }),
  ),
  step(
    'the instance of node {string} is {instancefate}',
    {
      says: 'What somebody does to the machine in the cloud.',
      example: 'When the instance of node "worker-1" is terminated',
    },
    (world: World, node: string, fate: string) => act(world, { what: 'instance', node, action: FATES[fate]! }),
  ),
  step(
    '{word} calls to the cloud fail with {string}',
    {
      says: 'Calls of one operation fail from now on, with this message.',
      example: 'When CreateLoadBalancer calls to the cloud fail with "quota exceeded"',
    },
    (world: World, operation: string, message: string) =>
      act(world, { what: 'calls fail', fault: { operation: operation as Operation, message } }),
  ),
  step(
    'calls to the cloud fail',
    { says: 'All calls fail from now on.', example: 'When calls to the cloud fail' },
    (world: World) => act(world, { what: 'calls fail', fault: {} }),
  ),
  step(
    'calls to the cloud work again',
    { says: 'What was broken by the two steps above is whole again.', example: 'When calls to the cloud work again' },
    (world: World) => act(world, { what: 'calls work' }),
  ),
  step(
    'the cloud has {count} {cloudthing}{within}',
    { says: 'How many of these there are.', example: 'Then the cloud has 1 load balancer within 1 minute' },
    (world: World, count: Count, thing: string, within?: number) =>
      world.eventually(() => {
        const found = amountOf(cloudOf(world), singular(thing))
        return counts(count, found, found) ? undefined : `the cloud has ${found} ${thing}, not ${count.text}`
      }, within),
  ),
  step(
    'the cloud routes the Pods of node {string} to it{within}',
    {
      says: "A route leads from the cloud's network to the Pods of a node.",
      example: 'Then the cloud routes the Pods of node "worker-1" to it within 1 minute',
    },
    (world: World, name: string, within?: number) =>
      world.eventually(() => {
        const destination = world.client.get('Node', name)?.spec?.podCIDR
        const { instances, routes } = cloudOf(world)
        const id = instances.byName(name)?.id
        const there = routes.list().some((route) => route.destination === destination && route.instance === id)
        return there
          ? undefined
          : `no route leads to ${destination ?? 'the Pods'} at "${name}": ${shown(routes.list())}`
      }, within),
  ),
  step(
    'the load balancer of {object} is an {balancerscheme} {balancerkind} load balancer{within}',
    {
      says: 'Which kind of load balancer the Service got.',
      example: 'Then the load balancer of Service "web" is an internet-facing network load balancer',
    },
    (world: World, ref: ObjectRef, scheme: string, kind: string, within?: number) =>
      world.eventually(() => {
        const spec = balancerOf(world, ref)?.spec
        if (spec === undefined) return `the cloud has no load balancer of Service "${ref.name}"`
        if (spec.scheme === scheme && spec.kind === kind) return undefined
        return `the load balancer of Service "${ref.name}" is an ${spec.scheme} ${spec.kind} load balancer`
      }, within),
  ),
  step(
    'the load balancer of {object} has {count} healthy backend(s){within}',
    {
      says: "How many nodes pass the load balancer's health check.",
      example: 'Then the load balancer of Service "web" has 2 healthy backends within 2 minutes',
    },
    (world: World, ref: ObjectRef, count: Count, within?: number) =>
      world.eventually(() => {
        const health = [
          ...cloudOf(world)
            .loadBalancers.health(balancerOf(world, ref)?.id ?? '')
            .values(),
        ]
        const healthy = health.filter((each) => each === 'healthy').length
        if (counts(count, healthy, health.length)) return undefined
        return `the load balancer of Service "${ref.name}" has ${healthy} healthy backends: ${health.join(', ')}`
      }, within),
  ),
  step(
    'a request from outside to {object} returns status {int}{within}',
    {
      says: "A request from the internet to a Service's load balancer.",
      example: 'Then a request from outside to Service "web" returns status 200 within 2 minutes',
    },
    (world: World, ref: ObjectRef, status: number, within?: number) =>
      world.eventually(() => {
        const answer = fromOutside(world, ref, STRANGER)
        if (typeof answer === 'string') return answer
        if (answer.status === status) return undefined
        const found = answer.status ?? `${answer.outcome}, ${answer.because}`
        return `the request to Service "${ref.name}": ${found}\n  ${answer.hops.join('\n  ')}`
      }, within),
  ),
  step(
    '{int} requests from outside to {object} are answered by {count} different Pod(s)',
    {
      says: 'Who answers requests from the internet.',
      example: 'Then 50 requests from outside to Service "web" are answered by 2 different Pods',
    },
    (world: World, times: number, ref: ObjectRef, count: Count) =>
      world.eventually(() => {
        const answers = Array.from({ length: times }, () => fromOutside(world, ref, STRANGER))
        const pods = new Set<string | undefined>()
        for (const answer of answers) {
          if (typeof answer === 'string') return answer
          if (answer.outcome !== 'answered') return `a request was ${answer.outcome}: ${answer.because}`
          pods.add(answer.pod)
        }
        if (counts(count, pods.size, pods.size)) return undefined
        return `${times} requests were answered by ${pods.size} Pods: ${[...pods].join(', ')}`
      }, undefined),
  ),
  step(
    'a connection from address {string} to {object} {outcome}',
    {
      says: "A connection from one address outside to a Service's load balancer.",
      example: 'Then a connection from address "203.0.113.9" to Service "web" times out',
    },
    (world: World, address: string, ref: ObjectRef, outcome: string) => {
      const wanted = { succeeds: 'answered', 'is refused': 'refused', 'times out': 'timeout' }[outcome]
      return world.eventually(() => {
        const answer = fromOutside(world, ref, address)
        if (typeof answer === 'string') return answer
        const { outcome: found, because } = answer
        if (wanted === undefined ? found !== 'answered' : found === wanted) return undefined
        return `the connection ${found === 'answered' ? 'succeeds' : `ends with: ${found}, ${because}`}`
      }, undefined)
    },
  ),
])

const FATES: Readonly<Record<string, 'starts' | 'stops' | 'terminates'>> = {
  started: 'starts',
  stopped: 'stops',
  deleted: 'terminates',
  terminated: 'terminates',
}

async function act(world: World, action: CloudAction): Promise<void> {
  cloudOf(world)
  world.cluster.faults.cloud(action)
  await world.advance(0)
}

function cloudOf(world: World): Cloud {
  const { cloud } = world.cluster
  if (cloud === undefined)
    throw new SpecError('this cluster is in no cloud: begin with `a cluster in a cloud with 1 control plane node …`')
  return cloud
}

function amountOf(cloud: Cloud, thing: string): number {
  if (thing === 'instance') return cloud.instances.list().length
  if (thing === 'disk') return cloud.disks.list().length
  if (thing === 'snapshot') return cloud.disks.snapshots().length
  if (thing === 'route') return cloud.routes.list().length
  if (thing === 'load balancer') return cloud.loadBalancers.list().length
  throw new SpecError(`the cloud does not count ${thing}`)
}

const singular = (thing: string) => thing.replace('disks on', 'disk on').replace(/s$/, '')
const shown = (routes: readonly { readonly destination: string; readonly instance: string }[]) =>
  routes.map(({ destination, instance }) => `${destination} to ${instance}`).join(', ') || 'there are none'

function serviceOf(world: World, ref: ObjectRef): Service | undefined {
  if (ref.kind !== 'Service') throw new SpecError(`only a Service has a load balancer, not ${ref.kind} "${ref.name}"`)
  return find(world, ref) as Service | undefined
}

/** The name that cloud-controller-managers give it. Source: k8s.io/cloud-provider/cloud.go DefaultLoadBalancerName */
function balancerOf(world: World, ref: ObjectRef): LoadBalancer | undefined {
  const uid = serviceOf(world, ref)?.metadata.uid ?? ''
  return cloudOf(world).loadBalancers.byName(`a${uid}`.replaceAll('-', '').slice(0, 32))
}

function fromOutside(world: World, ref: ObjectRef, address: string) {
  const service = serviceOf(world, ref)
  const ingress = service?.status?.loadBalancer?.ingress?.[0]
  const host = ingress?.ip ?? ingress?.hostname
  if (host === undefined) return `Service "${ref.name}" has no load balancer yet`
  return world.cluster.request({ outside: address }, `http://${host}:${service?.spec?.ports?.[0]?.port ?? 80}/`)
}
