import { apiVersionOf } from '../../api/meta.ts'
import type { Verb } from '../../api/request.ts'
import { isStatus, type KubernetesObject, type Status, type SubjectAccessReview } from '../../api/types.ts'
import type { ObjectRef, Principal } from '../parameter-types.ts'
import { find, namespaceOf } from '../pods.ts'
import { resourceFor, send } from '../request.ts'
import { SpecError, type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'

/** Who may do what, and what a refusal says. */
export const accessSteps: readonly StepDefinition[] = [
  step('{principal} tries to {verb} {object}', (world: World, who: Principal, verb: Verb, ref: ObjectRef) => {
    const namespace = namespaceOf(world, ref)
    const place = { resource: resourceFor(ref.kind), name: ref.name, ...(namespace === undefined ? {} : { namespace }) }
    world.attempt = send(
      world,
      { verb, ...place, ...bodyFor(world, verb, ref) },
      { name: who.user, groups: who.groups },
    )
    world.cluster.clock.settle()
  }),
  step(
    '{principal} {modal} {verb} {string} in namespace {string}',
    (world: World, who: Principal, modal: string, verb: string, what: string, namespace: string) => {
      const allowed = review(world, who, verb, what, namespace)
      if (allowed !== (modal === 'can'))
        world.fail(`user "${who.user}" ${allowed ? 'can' : 'cannot'} ${verb} ${what} in namespace "${namespace}"`)
    },
  ),
  step('the request is denied with status {int} and reason {word}', (world: World, code: number, reason: string) => {
    const status = refusal(world)
    if (status.code !== code || status.reason !== reason)
      world.fail(`the request was denied with ${status.code} ${status.reason}: ${status.message}`)
  }),
  step('the response message contains {string}', (world: World, words: string) => {
    const { message = '' } = refusal(world)
    if (!message.includes(words)) world.fail(`the response says: ${message}`)
  }),
]

function refusal(world: World): Status {
  if (world.attempt === undefined) throw new SpecError('no step before this one tried anything')
  const { body } = world.attempt
  if (!isStatus(body) || body.status === 'Success') world.fail('the request was not denied')
  return body
}

function bodyFor(
  world: World,
  verb: Verb,
  ref: ObjectRef,
): { body?: unknown; patchType?: 'application/merge-patch+json' } {
  if (verb === 'patch') return { body: {}, patchType: 'application/merge-patch+json' }
  if (verb === 'update') return { body: find(world, ref) }
  if (verb !== 'create') return {}
  const { group, version } = resourceFor(ref.kind)
  const apiVersion = apiVersionOf(group, version)
  const metadata = { name: ref.name, ...(namespaceOf(world, ref) ? { namespace: namespaceOf(world, ref) } : {}) }
  return { body: { apiVersion, kind: ref.kind, metadata } as KubernetesObject }
}

function review(world: World, who: Principal, verb: string, what: string, namespace: string): boolean {
  const [resource = '', subresource] = what.split('/')
  const [plural = '', ...group] = resource.split('.')
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: {
      user: who.user,
      groups: who.groups,
      resourceAttributes: {
        verb,
        resource: plural,
        group: group.join('.') || groupFor(plural),
        namespace,
        ...(subresource ? { subresource } : {}),
      },
    },
  }
  const answer = send(world, { verb: 'create', resource: resourceFor('SubjectAccessReview'), body }).body
  if (isStatus(answer)) world.fail(`the API server refused: ${answer.message}`)
  return (answer as unknown as SubjectAccessReview).status?.allowed === true
}

const groupFor = (plural: string) =>
  ['deployments', 'replicasets', 'daemonsets', 'statefulsets'].includes(plural) ? 'apps' : ''
