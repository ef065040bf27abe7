import { isStatus } from '../../api/types.ts'
import { chartStates } from '../../cluster/chart-states.ts'
import { hostOfComponent } from '../hosts.ts'
import { servedKind } from '../kinds.ts'
import type { ComponentRef } from '../parameter-types.ts'
import { send } from '../request.ts'
import { needing, SpecError, type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'

/** etcd, and what the control plane does with and without it. */
export const controlPlaneSteps: readonly StepDefinition[] = [
  ...needing('etcd', [
    step(
      'etcd has {presence}{within}',
      { says: 'Whether etcd has a leader.', example: 'Then etcd has no leader within 5 seconds' },
      (world: World, presence: string, within?: number) =>
        world.eventually(() => {
          const leader = world.cluster.etcd.leader()
          if (presence === 'a leader') return leader === undefined ? 'etcd has no leader' : undefined
          return leader === undefined ? undefined : `etcd's leader is "${leader}"`
        }, within),
    ),
    step(
      'etcd holds {string}{within}',
      { says: 'A key is there.', example: 'Then etcd holds "/registry/pods/default/web-0"' },
      (world: World, key: string, within?: number) =>
        world.eventually(() => (world.cluster.etcd.keys(key).includes(key) ? undefined : notHeld(world, key)), within),
    ),
    step(
      'etcd holds no {string}{within}',
      { says: 'A key is not there.', example: 'Then etcd holds no "/registry/pods/default/web-0" within 1 minute' },
      (world: World, key: string, within?: number) =>
        world.eventually(() => (world.cluster.etcd.keys(key).includes(key) ? `etcd holds ${key}` : undefined), within),
    ),
    step(
      'nothing is written to etcd for {duration}',
      {
        says: 'Its revision stays what it is; without a leader nothing can be written.',
        example: 'Then nothing is written to etcd for 5 seconds',
      },
      async (world: World, ms: number) => {
        await world.advance(0)
        let before = world.cluster.etcd.revision()
        await world.always(() => {
          const revision = world.cluster.etcd.revision()
          before ??= revision
          return revision === undefined || revision === before
            ? undefined
            : `etcd's revision was ${before} and is ${revision}`
        }, ms)
      },
    ),
  ]),
  step(
    '{component} has another leader than {string}{within}',
    {
      says: "Who leads now is somebody else: a host's name, for etcd a member's.",
      example: 'Then the scheduler has another leader than "cp-1" within 30 seconds',
    },
    (world: World, { component, text }: ComponentRef, name: string, within?: number) =>
      world.eventually(() => {
        const leader = leaderOf(world, component)
        if (leader === undefined) return `${text} has no leader`
        return leader === name ? `the leader of ${text} is still "${leader}"` : undefined
      }, within),
  ),
  step(
    '{component} {accepts} writes{within}',
    {
      says: 'Of the API server or etcd, of any of them or of the one on a node.',
      example: 'Then the API server refuses writes within 10 seconds',
    },
    (world: World, ref: ComponentRef, accepts: string, within?: number) => {
      const { component, text } = ref
      if (component !== 'kube-apiserver' && component !== 'etcd') throw new SpecError(`${text} takes no writes`)
      return world.eventually(async () => {
        const refused = await refusal(world, ref)
        if (accepts === 'accepts') return refused === undefined ? undefined : `${text} refuses writes: ${refused}`
        return refused === undefined ? `${text} accepts writes` : undefined
      }, within)
    },
  ),
  step(
    'the leader of {component} is {string}{within}',
    {
      says: "Who leads: a host's name, for etcd a member's.",
      example: 'Then the leader of the scheduler is "cp-2" within 30 seconds',
    },
    (world: World, { component }: ComponentRef, name: string, within?: number) =>
      world.eventually(() => {
        const leader = leaderOf(world, component)
        return leader === name ? undefined : `the leader is ${leader ? `"${leader}"` : 'nobody'}`
      }, within),
  ),
  ...needing('charts', [
    step(
      'the statechart of {string} is in state {string}{within}',
      {
        says: 'The state, or the beginning of one (`up` for `up.ready`; one of them, of regions), of the one statechart whose component, object and machine have all these words in them: as `kubedrill states` shows them.',
        example: 'Then the statechart of "kubelet/worker-1 kubelet" is in state "running" within 10 seconds',
      },
      (world: World, words: string, state: string, within?: number) =>
        world.eventually(() => chartProblem(world, words, state), within),
    ),
  ]),
]

function chartProblem(world: World, words: string, state: string): string | undefined {
  const wanted = words.split(' ')
  const found = chartStates(world.cluster.charts, world.cluster.client())
    .map((chart) => ({ ...chart, name: [chart.component, chart.object, chart.machine].filter(Boolean).join(' ') }))
    .filter(({ name }) => wanted.every((word) => name.includes(word)))
  const exact = found.filter(({ name }) => name === words)
  const [chart, another] = exact.length > 0 ? exact : found
  if (chart === undefined) return `no statechart that runs has "${words}" in its component, object or machine`
  if (another !== undefined)
    throw new SpecError(
      `several statecharts have "${words}" in them: ${found
        .slice(0, 10)
        .map(({ name }) => name)
        .join(', ')}`,
    )
  const isIn = chart.state.split(/[\s()&]+/).some((each) => each === state || each.startsWith(`${state}.`))
  return isIn ? undefined : `the statechart of ${chart.name} is in state ${chart.state}, not ${state}`
}

/** Keys nearby, for whoever mistyped one. */
function notHeld(world: World, key: string): string {
  const near = world.cluster.etcd.keys(key.slice(0, key.lastIndexOf('/') + 1)).slice(0, 10)
  return `etcd does not hold ${key}${near.length > 0 ? `; nearby: ${near.join(', ')}` : ''}`
}

/** Why a write is not taken: by anybody where no host is named, else by the one there. */
async function refusal(world: World, ref: ComponentRef): Promise<string | undefined> {
  const host = hostOfComponent(world, ref)
  if (host === undefined) return writeProblem(world)
  return ref.component === 'etcd' ? memberProblem(world, host) : serverProblem(world, host)
}

/** A server that is ready has an etcd that answers it. */
function serverProblem(world: World, host: string): string | undefined {
  const answer = world.cluster.request({ host }, 'https://127.0.0.1:6443/readyz')
  return answer.status === 200 ? undefined : (answer.body ?? answer.because ?? `status ${answer.status}`)
}

/** A member hands writes on to the leader, if it can reach it. */
function memberProblem(world: World, host: string): string | undefined {
  const { etcd, network, hosts } = world.cluster
  const leader = etcd.leader()
  if (leader === undefined) return 'etcdserver: no leader'
  const own = etcd.members.find(({ name }) => etcd.hostOf(name) === host)
  if (own === undefined || own.state === 'stopped' || !hosts.get(host)?.up) return 'connection refused'
  return network.reaches(host, etcd.hostOf(leader)!) ? undefined : 'etcdserver: request timed out'
}

/** Tries a write that is not kept apart from its trying: a dry run reaches etcd no further than admission. */
async function writeProblem(world: World): Promise<string | undefined> {
  const name = 'write-probe'
  const { namespace } = world
  const { resource } = servedKind(world, 'ConfigMap')
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } }
  const created = await send(world, { verb: 'create', resource, namespace, body })
  if (isStatus(created.body)) return created.body.message
  await send(world, { verb: 'delete', resource, namespace, name })
  return undefined
}

/** The member that leads etcd, or the host whose instance holds the Lease (`<host>_<uuid>`). */
function leaderOf(world: World, component: string): string | undefined {
  if (component === 'etcd') return world.cluster.etcd.leader()
  return world.client.get('Lease', component, 'kube-system')?.spec?.holderIdentity?.split('_')[0]
}
