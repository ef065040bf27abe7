import { apiVersionOf } from '../../api/meta.ts'
import type { UserInfo, Verb } from '../../api/request.ts'
import { resources } from '../../api/resources.ts'
import {
  isStatus,
  type KubernetesObject,
  type SelfSubjectReview,
  type Status,
  type SubjectAccessReview,
  type TokenRequest,
} from '../../api/types.ts'
import { lackingRights } from '../explain/rights.ts'
import { servedKind } from '../kinds.ts'
import type { ObjectRef, Principal } from '../parameter-types.ts'
import { find, namespaceOf } from '../pods.ts'
import { done, send } from '../request.ts'
import { SpecError, type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'

/** Who may do what, and what a refusal says. */
export const accessSteps: readonly StepDefinition[] = [
  step(
    '{principal} tries to {verb} {object}',
    {
      says: 'One request as somebody else; what came of it, the next steps say.',
      example: 'When user "jane" tries to delete Pod "web-0"',
    },
    async (world: World, who: Principal, verb: Verb, ref: ObjectRef) => {
      const namespace = namespaceOf(world, ref)
      const place = {
        resource: servedKind(world, ref.kind).resource,
        name: ref.name,
        ...(namespace === undefined ? {} : { namespace }),
      }
      world.attempt = await send(world, { verb, ...place, ...bodyFor(world, verb, ref) }, actor(world, who))
      await world.settle()
    },
  ),
  step(
    '{principal} {modal} {verb} {string} in namespace {string}',
    {
      says: 'As `kubectl auth can-i`: a resource, with its group or sub-resource where needed.',
      example: 'Then user "jane" cannot list "pods/log" in namespace "prod"',
    },
    async (world: World, who: Principal, modal: string, verb: string, what: string, namespace: string) => {
      const { allowed, reason } = await review(world, who, verb, what, namespace)
      if (allowed !== (modal === 'can'))
        await failReview(world, who, verb, what, namespace, allowed, allowed ? `: ${reason}` : '')
    },
  ),
  step(
    '{principal} {modal} {verb} {string} in namespace {string} because {string}',
    {
      says: 'The same, and the reason that the authorizer gives contains the text: which binding and role allow it.',
      example: `Then user "jane" can list "pods" in namespace "dev" because 'RoleBinding "jane-views/dev"'`,
    },
    async (
      world: World,
      who: Principal,
      modal: string,
      verb: string,
      what: string,
      namespace: string,
      words: string,
    ) => {
      const { allowed, reason } = await review(world, who, verb, what, namespace)
      if (allowed === (modal === 'can') && reason.includes(world.target.translate(words))) return
      await failReview(world, who, verb, what, namespace, allowed, ` because: ${reason || 'no reason is given'}`)
    },
  ),
  step(
    '{principal} is given a token that is good for {duration}',
    {
      says: 'As `kubectl create token`.',
      example: 'Given service account "dev/builder" is given a token that is good for 1 hour',
    },
    async (world: World, who: Principal, ms: number) => {
      const [, namespace, name] = /^system:serviceaccount:([^:]+):(.+)$/.exec(who.user) ?? []
      if (namespace === undefined || name === undefined)
        throw new SpecError(`"${who.user}" is no service account: only those are given tokens`)
      const resource = { ...servedKind(world, 'ServiceAccount').resource, subresource: 'token' }
      const wanted = { audiences: [], expirationSeconds: ms / 1000 }
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: wanted }
      const answer = await send(world, {
        verb: 'create',
        resource,
        namespace: world.target.namespace(namespace),
        name,
        body,
      })
      done(world, answer)
      world.token = { user: actor(world, who).name, text: (answer.body as TokenRequest).status?.token ?? '' }
    },
  ),
  step(
    'the token is accepted',
    { says: 'The API server takes whoever shows it for whom it was given to.', example: 'Then the token is accepted' },
    async (world: World) => {
      const problem = await tokenProblem(world)
      if (problem !== undefined) world.fail(problem)
    },
  ),
  step(
    'the token is refused{within}',
    { says: 'It does not.', example: 'Then the token is refused within 2 hours' },
    (world: World, within?: number) =>
      world.eventually(
        async () => ((await tokenProblem(world)) === undefined ? 'the token is accepted' : undefined),
        within,
      ),
  ),
  step(
    'the request is denied with status {int} and reason {word}',
    {
      says: 'Of the last request that was tried or submitted.',
      example: 'Then the request is denied with status 403 and reason Forbidden',
    },
    (world: World, code: number, reason: string) => {
      const status = refusal(world)
      if (status.code !== code || status.reason !== reason)
        world.fail(`the request was denied with ${status.code} ${status.reason}: ${status.message}`)
    },
  ),
  step(
    'the response message contains {string}',
    { says: 'What the refusal says.', example: 'Then the response message contains "cannot delete resource"' },
    (world: World, words: string) => {
      const { message = '' } = refusal(world)
      if (!message.includes(world.target.translate(words))) world.fail(`the response says: ${message}`)
    },
  ),
]

function refusal(world: World): Status {
  if (world.attempt === undefined) throw new SpecError('no step before this one tried anything')
  const { body } = world.attempt
  if (!isStatus(body) || body.status === 'Success') world.fail('the request was not denied')
  return body
}

/** Why the API server does not take whoever shows the token for whom it was given to. */
async function tokenProblem(world: World): Promise<string | undefined> {
  if (world.token === undefined) throw new SpecError('no step before this one was given a token')
  const { user, text } = world.token
  const resource = servedKind(world, 'SelfSubjectReview').resource
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', metadata: {} }
  const { body: answer } = await send(world, { verb: 'create', resource, body }, { token: text })
  if (isStatus(answer)) return `the token is refused: ${answer.message}`
  const found = (answer as SelfSubjectReview).status?.userInfo?.username
  return found === user ? undefined : `the token is ${found}'s, not ${user}'s`
}

function bodyFor(
  world: World,
  verb: Verb,
  ref: ObjectRef,
): { body?: unknown; patchType?: 'application/merge-patch+json' } {
  if (verb === 'patch') return { body: {}, patchType: 'application/merge-patch+json' }
  if (verb === 'update') return { body: find(world, ref) }
  if (verb !== 'create') return {}
  const { group, version } = servedKind(world, ref.kind).resource
  const apiVersion = apiVersionOf(group, version)
  const metadata = { name: ref.name, ...(namespaceOf(world, ref) ? { namespace: namespaceOf(world, ref) } : {}) }
  return { body: { apiVersion, kind: ref.kind, metadata } as KubernetesObject }
}

/** The user that a principal is in this cluster: the namespace of a service account is part of its name. */
function actor(world: World, { user, groups }: Principal): UserInfo {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):(.+)$/.exec(user) ?? []
  if (namespace === undefined) return { name: user, groups }
  const local = world.target.namespace(namespace)
  const own = groups.map((group) =>
    group === `system:serviceaccounts:${namespace}` ? `system:serviceaccounts:${local}` : group,
  )
  return { name: `system:serviceaccount:${local}:${name}`, groups: own }
}

/** What a SubjectAccessReview says. @param namespace empty: everywhere */
export async function review(
  world: World,
  who: Principal,
  verb: string,
  what: string,
  namespace: string,
  name = '',
): Promise<{ readonly allowed: boolean; readonly reason: string }> {
  const { plural, group, subresource } = resourceIn(what)
  const { name: user, groups } = actor(world, who)
  const resourceAttributes = {
    verb,
    resource: plural,
    group,
    ...(namespace ? { namespace: world.target.namespace(namespace) } : {}),
    ...(subresource ? { subresource } : {}),
    ...(name ? { name } : {}),
  }
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: { user, groups, resourceAttributes },
  }
  const { resource: reviews } = servedKind(world, 'SubjectAccessReview')
  const { body: answer } = await send(world, { verb: 'create', resource: reviews, body })
  if (isStatus(answer)) world.fail(`the API server refused: ${answer.message}`)
  const { allowed = false, reason = '' } = (answer as unknown as SubjectAccessReview).status ?? {}
  return { allowed, reason }
}

/** Fails the step, and says of somebody who may not what his bindings lack. */
async function failReview(
  world: World,
  who: Principal,
  verb: string,
  what: string,
  namespace: string,
  allowed: boolean,
  because: string,
): Promise<never> {
  const { plural, group, subresource } = resourceIn(what)
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`
  const wish = { verb, group, resource, namespace: world.target.namespace(namespace), name: '' }
  const lacking = allowed ? '' : await world.look(() => lackingRights(world, actor(world, who), wish))
  return world.fail(
    `user "${who.user}" ${allowed ? 'can' : 'cannot'} ${verb} ${what} in namespace "${namespace}"${because}${lacking}`,
  )
}

/** `deployments.apps/scale` */
function resourceIn(what: string) {
  const [resource = '', subresource] = what.split('/')
  const [plural = '', ...group] = resource.split('.')
  return { plural, group: group.join('.') || groupFor(plural), subresource }
}

/** The group of a resource that is named without one: the first that has it, the core group first. */
function groupFor(plural: string): string {
  const groups = Object.values(resources).flatMap(({ resource, group }) => (resource === plural ? [group] : []))
  return groups.includes('') ? '' : (groups[0] ?? '')
}
