import { parse } from 'yaml'
import type { Node, Pod } from '../../api/types.ts'
import { cordon, drain } from '../drain.ts'
import { hostNamed } from '../hosts.ts'
import { servedKind } from '../kinds.ts'
import type { Disturbance, ObjectRef, PodsRef } from '../parameter-types.ts'
import { find, podsOf } from '../pods.ts'
import { done, send } from '../request.ts'
import { needing, SpecError, type StepDefinition, step } from '../step.ts'
import { DEFAULT_WAIT_MS, type Problem, type World } from '../world.ts'
import { statusProblem } from './networking.ts'
import { mismatch, notIn, notValued } from './objects.ts'
import { podsNotIn } from './pods.ts'

/** How long what was disturbed may take until it is as before. */
const RECOVERY_MS = 300_000
/** A machine that reboots is gone for less; by then its kubelet has said what became of its Pods. */
const REBOOT_MS = 120_000

/**
 * What is so, and is so again after something that solutions must survive: `node "worker-1" reboots`, `node "worker-1" is
 * drained`, `its Pods are rescheduled`, `30 minutes`.
 */
export const persistenceSteps: readonly StepDefinition[] = needing(
  (...args) =>
    args.some((arg) => (arg as Partial<Disturbance> | undefined)?.what === 'reboot') ? 'faults' : undefined,
  [
    step(
      '{object} is still {state} after {disturbance}',
      {
        says: 'It is in this state; then the disturbance happens; and within 5 minutes of its end it is in this state again (after a mere duration: at once).',
        example: 'Then Deployment "web" is still Complete after node "worker-1" reboots',
      },
      (world: World, ref: ObjectRef, state: string, disturbance: Disturbance) =>
        survives(world, notIn(world, ref, state), disturbance, () => podsBelow(world, ref)),
    ),
    step(
      '{pods} {be} still {state} after {disturbance}',
      {
        says: 'The same of Pods: those that the words mean afterwards need not be those of before.',
        example: 'Then exactly 3 Pods of Deployment "web" are still Ready after node "worker-1" is drained',
      },
      (world: World, ref: PodsRef, _be: string, state: string, disturbance: Disturbance) =>
        survives(world, podsNotIn(world, ref, state), disturbance, () => podsOf(world, ref)),
    ),
    step(
      'field {string} of {object} is still {string} after {disturbance}',
      {
        says: 'The same of one field.',
        example: 'Then field "spec.replicas" of Deployment "web" is still "3" after 30 minutes',
      },
      (world: World, path: string, ref: ObjectRef, value: string, disturbance: Disturbance) =>
        survives(world, notValued(world, path, ref, value), disturbance, () => podsBelow(world, ref)),
    ),
    step(
      '{object} still matches after {disturbance}:',
      {
        says: 'The same of a part of the object, as in `{object} matches:`.',
        example: `Then ConfigMap "settings" still matches after 30 minutes:
  """yaml
  data: {mode: fast}
  """`,
      },
      (world: World, ref: ObjectRef, disturbance: Disturbance, yaml: string) =>
        survives(
          world,
          () => mismatch(world, ref, parse(yaml)),
          disturbance,
          () => podsBelow(world, ref),
        ),
    ),
    step(
      'a request from {object} to {string} still returns status {int} after {disturbance}',
      {
        says: 'The same of what is answered; "its Pods" are those of the object that asks.',
        example:
          'Then a request from Pod "client" to "http://web/" still returns status 200 after node "worker-1" reboots',
      },
      (world: World, ref: ObjectRef, url: string, status: number, disturbance: Disturbance) =>
        survives(
          world,
          () => statusProblem(world, ref, url, status),
          disturbance,
          () => podsBelow(world, ref),
        ),
    ),
  ],
)

async function survives(
  world: World,
  problem: Problem,
  disturbance: Disturbance,
  pods: () => readonly Pod[],
): Promise<void> {
  await world.eventually(problem, undefined)
  if (disturbance.what === 'time') {
    await world.advance(disturbance.ms)
    return world.eventually(afterwards(problem, disturbance), 0)
  }
  if (disturbance.what === 'reboot') await reboot(world, disturbance.node)
  else if (disturbance.what === 'drain') await emptied(world, disturbance.node)
  else await reschedule(world, pods)
  return world.eventually(afterwards(problem, disturbance), RECOVERY_MS)
}

function afterwards(problem: Problem, { text }: Disturbance): Problem {
  return async () => {
    const found = await problem()
    return found === undefined ? undefined : `after ${text}: ${found}`
  }
}

async function reboot(world: World, node: string): Promise<void> {
  world.require('faults')
  world.cluster.faults.node(hostNamed(world, node).name, 'reboots')
  await world.advance(REBOOT_MS)
}

async function emptied(world: World, node: string): Promise<void> {
  if ((world.get('Node', node) as Node | undefined) === undefined) throw new SpecError(`there is no node "${node}"`)
  await cordon(world, node, true)
  await drain(world, node)
}

/** Deletes the Pods and waits until they are gone: whoever they belong to makes others, and the scheduler places them. */
async function reschedule(world: World, pods: () => readonly Pod[]): Promise<void> {
  const { resource } = servedKind(world, 'Pod')
  const before = await world.look(pods)
  if (before.length === 0) throw new SpecError('there are no Pods that could be rescheduled')
  for (const { metadata } of before) {
    const { name, namespace } = metadata
    done(world, await send(world, { verb: 'delete', resource, name, namespace }))
  }
  const uids = new Set(before.map(({ metadata }) => metadata.uid))
  const left = () =>
    before.filter(({ metadata: { name, namespace } }) => uids.has(world.get('Pod', name, namespace)?.metadata.uid))
  await world.eventually(
    () => (left().length > 0 ? `Pod "${left()[0]!.metadata.name}" is still there` : undefined),
    DEFAULT_WAIT_MS,
  )
}

function podsBelow(world: World, ref: ObjectRef): readonly Pod[] {
  if (ref.kind === 'Pod') return [find(world, ref) as Pod | undefined].filter((pod) => pod !== undefined)
  return podsOf(world, { count: { bound: 'all', number: undefined, text: 'the' }, owner: ref, text: 'its Pods' })
}
