import { parse } from 'yaml'
import type { DeclaredImage, TopologyNode } from '../../cluster/contract.ts'
import { readUsage } from '../../cluster/images.ts'
import { topologyOf } from '../../cluster/topology.ts'
import { DURATION, parseDuration } from '../durations.ts'
import { apply, done } from '../request.ts'
import { needing, SpecError, type StepDefinition, step, type Table } from '../step.ts'
import type { World } from '../world.ts'

/** Which machines there are, what images do, what time it is. A cluster is ready when its step is over. */
export const clusterSteps: readonly StepDefinition[] = [
  step(
    'a cluster',
    {
      says: 'A cluster of one control plane node, `cp-1`, and two workers, `worker-1` and `worker-2`; ready when the step is over: nodes Ready, CoreDNS up. Every scenario has a cluster of its own.',
      example: 'Given a cluster',
    },
    (world: World) => world.make(),
  ),
  step(
    'a cluster with {int} control plane node(s) and {int} worker node(s)',
    {
      says: 'The same with as many nodes: `cp-1`, `cp-2`, … and `worker-1`, `worker-2` and so on.',
      example: 'Given a cluster with 3 control plane nodes and 2 worker nodes',
    },
    async (world: World, controlPlanes: number, workers: number) => {
      if (controlPlanes < 1) throw new SpecError('a cluster needs a control plane node')
      await world.make(topologyOf(controlPlanes, workers))
    },
  ),
  step(
    'a cluster with these nodes:',
    {
      says: 'Nodes by name. Columns: name, role (control-plane or worker, the default), cpu (default 4), memory (8Gi), pods (110), gpus, runtimes, labels, taints, zone, instance type (the well-known labels); lists are separated by commas.',
      example: `Given a cluster with these nodes:
  | name  | role          | cpu | memory | labels       | taints                |
  | cp-1  | control-plane | 2   | 4Gi    |              |                       |
  | big   | worker        | 16  | 64Gi   | disk=ssd     |                       |
  | small | worker        | 1   | 1Gi    | zone=a,tier=x | dedicated=x:NoSchedule |`,
    },
    (world: World, table: Table) => {
      const nodes = table.hashes().map(nodeOf).map(labelled)
      if (!nodes.some(({ role }) => role === 'control-plane'))
        throw new SpecError('a cluster needs a node with the role control-plane: the role of the others is worker')
      return world.make({ nodes })
    },
  ),
  step(
    'namespace {string}',
    {
      says: 'The namespace is there, and is from here on where objects without a namespace belong.',
      example: 'Given namespace "dev"',
    },
    async (world: World, name: string) => {
      done(world, await apply(world, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
      world.namespaces.push(name)
      await world.settle()
    },
  ),
  ...needing('images', [
    step(
      'container image {string} that behaves like this:',
      {
        says: 'What containers of an image do. Rows: starts after, ready after, exits after, stops after (durations; stops after may be never), exits with, pull takes, listens on, logs (may be repeated), uses cpu, uses memory, uses disk, uses inodes, uses pids.',
        example: `Given container image "shop:v2" that behaves like this:
  | starts after | 3 seconds                            |
  | ready after  | 10 seconds                           |
  | listens on   | 8080                                 |
  | logs         | listening                            |
  | uses memory  | 50Mi rising to 1Gi over 2 minutes    |`,
      },
      (world: World, name: string, table: Table) => {
        world.declareImage(declaredImage(name, table.raw()))
      },
    ),
  ]),
  ...needing('time', [
    step(
      'the clock reads {string}',
      {
        says: 'The virtual time at which the cluster begins; before the step that makes it.',
        example: 'Given the clock reads "2026-12-31T23:58:30Z"',
      },
      (world: World, time: string) => {
        const at = Date.parse(time)
        if (Number.isNaN(at)) throw new SpecError(`"${time}" is not a time: write it as 2026-12-31T23:58:30Z`)
        if (world.hasCluster) throw new SpecError('the clock is set before the cluster is made')
        world.startAt = at
      },
    ),
  ]),
]

/** A row of a table of nodes. */
export function nodeOf(row: Record<string, string>): TopologyNode {
  const { 'instance type': instanceType, zone, ...usual } = row
  const { name, role = 'worker', cpu, memory, pods, gpus, runtimes, labels, taints, ...unknown } = usual
  const [extra] = Object.keys(unknown)
  if (extra !== undefined)
    throw new SpecError(
      `a node has no column "${extra}": name, role, cpu, memory, pods, gpus, runtimes, labels, taints, zone, instance type`,
    )
  if (!name) throw new SpecError('each node needs a name')
  if (role !== 'control-plane' && role !== 'worker') throw new SpecError(`role "${role}": control-plane or worker`)
  const list = (text: string | undefined) => (text ? text.split(/,\s*/) : [])
  return {
    name,
    role,
    ...(cpu ? { cpu } : {}),
    ...(memory ? { memory } : {}),
    ...(pods ? { pods: Number(pods) } : {}),
    ...(gpus ? { gpus: Number(gpus) } : {}),
    ...(runtimes ? { runtimes: list(runtimes) as NonNullable<TopologyNode['runtimes']> } : {}),
    ...(zone ? { zone } : {}),
    ...(instanceType ? { instanceType } : {}),
    ...(labels ? { labels: Object.fromEntries(list(labels).map((pair) => pair.split('='))) } : {}),
    ...(taints ? { taints: list(taints) } : {}),
  }
}

/** Without a cloud nobody but the kubelet says where a node stands: `--node-labels`. */
function labelled({ zone, instanceType, labels, ...node }: TopologyNode): TopologyNode {
  const known = {
    ...(zone && { 'topology.kubernetes.io/zone': zone }),
    ...(instanceType && { 'node.kubernetes.io/instance-type': instanceType }),
  }
  return { ...node, labels: { ...known, ...labels } }
}

const duration = new RegExp(`^(?:${DURATION})$`)

function milliseconds(key: string, value: string): number {
  if (!duration.test(value)) throw new SpecError(`"${key}" takes a duration such as "10 seconds", not "${value}"`)
  return parseDuration(value)
}

/** `250m`, `50Mi rising to 1Gi over 2 minutes`, `50m and 20m per request`, or as YAML has it: `{from: …}`. */
export function amount(text: string): unknown {
  if (text.startsWith('{')) return parse(text)
  const rising = /^(\S+) rising to (\S+) over (.+)$/.exec(text)
  if (rising !== null) {
    const [, from, to, over = ''] = rising
    return { from, to, over: `${milliseconds('over', over)}ms` }
  }
  const served = /^(\S+) and (\S+) per request$/.exec(text)
  return served === null ? text : { base: served[1], perRequest: served[2] }
}

function read(usage: Readonly<Record<string, unknown>>): DeclaredImage['usage'] {
  const amounts = readUsage(usage)
  if (typeof amounts === 'string') throw new SpecError(amounts)
  return amounts
}

/** What a container of an image does, one row a fact. */
function declaredImage(name: string, rows: readonly string[][]): DeclaredImage {
  const image: Record<string, unknown> = { name }
  const logs: string[] = []
  const usage: Record<string, unknown> = {}
  for (const [key = '', value = ''] of rows) {
    if (key === 'starts after') image.startsAfterMs = milliseconds(key, value)
    else if (key === 'ready after') image.readyAfterMs = milliseconds(key, value)
    else if (key === 'exits after') image.exitsAfterMs = milliseconds(key, value)
    else if (key === 'stops after') image.stopsAfterMs = value === 'never' ? -1 : milliseconds(key, value)
    else if (key === 'pull takes') image.pullTakesMs = milliseconds(key, value)
    else if (key === 'listens on') image.listensOn = value.split(/,\s*/).map(Number)
    else if (key === 'exits with') image.exitsWith = Number(value)
    else if (key === 'logs') logs.push(value)
    else if (key.startsWith('uses ')) usage[key.slice(5)] = amount(value)
    else
      throw new SpecError(
        `an image has no "${key}": starts after, ready after, listens on, exits with, exits after, pull takes, stops after, logs, uses cpu, uses memory, uses disk, uses inodes, uses pids`,
      )
  }
  if (Object.keys(usage).length > 0) image.usage = read(usage)
  return { ...image, ...(logs.length > 0 ? { logs } : {}) } as unknown as DeclaredImage
}
