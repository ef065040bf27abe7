import type { UserInfo } from '../../api/request.ts'
import type { ClusterRoleBinding, KubernetesObject, PolicyRule, Role, RoleBinding, Subject } from '../../api/types.ts'
import type { World } from '../world.ts'
import { notThere } from './nearest.ts'
import { nearestName } from './slips.ts'

const LINES_SHOWN = 10

/** What somebody wanted to do. */
export interface Wish {
  readonly verb: string
  readonly group: string
  /** `pods/log` */
  readonly resource: string
  /** Empty: everywhere. */
  readonly namespace: string
  readonly name: string
}

/** Why somebody may not: the bindings that name him and the rules that they give, each with what it lacks. */
export function lackingRights(world: World, user: UserInfo, wish: Wish): string {
  const all: readonly (RoleBinding | ClusterRoleBinding)[] = [
    ...(wish.namespace === '' ? [] : world.client.list('RoleBinding', { namespace: wish.namespace })),
    ...world.client.list('ClusterRoleBinding'),
  ]
  const bound = all.filter(({ subjects }) => subjects?.some((subject) => isOf(subject, user)))
  // Everybody who is known has these: they never are what was forgotten.
  const told = bound.filter(({ metadata }) => metadata.labels?.['kubernetes.io/bootstrapping'] !== 'rbac-defaults')
  if (told.length === 0)
    return `\n  no binding names ${whoIs(user)}${elsewhere(world, user, wish)}${misnamed(all, user)}`
  const lines = told.flatMap((binding) => bindingLines(world, binding, wish))
  return lines
    .slice(0, LINES_SHOWN)
    .map((line) => `\n  ${line}`)
    .join('')
}

const whoIs = ({ name }: UserInfo) =>
  name.startsWith('system:serviceaccount:') ? `ServiceAccount "${name.slice(22).replace(':', '/')}"` : `user "${name}"`

function bindingLines(world: World, binding: RoleBinding | ClusterRoleBinding, wish: Wish): string[] {
  const { kind, name } = binding.roleRef
  const { namespace } = binding.metadata
  const gives = `${binding.kind} "${binding.metadata.name}" gives ${kind} "${name}"`
  const role = world.get(kind, name, kind === 'Role' ? namespace : undefined) as Role | undefined
  if (role === undefined)
    return [`${gives}, but ${notThere(world, kind as 'Role', name, kind === 'Role' ? namespace : undefined)}`]
  if (!role.rules?.length) return [`${gives}, which has no rules`]
  return [`${gives}:`, ...role.rules.map((rule) => `  ${ruleText(rule)}: ${lacks(rule, wish).join('; ')}`)]
}

function ruleText({ verbs, apiGroups = [], resources = [], resourceNames, nonResourceURLs }: PolicyRule): string {
  if (nonResourceURLs !== undefined) return `${verbs.join(', ')} of ${nonResourceURLs.join(', ')}`
  const named = resourceNames?.length ? ` named ${resourceNames.join(', ')}` : ''
  return `${verbs.join(', ')} of ${resources.join(', ')}${named} in ${apiGroups.map(groupText).join(', ')}`
}

const groupText = (group: string) =>
  group === '' ? 'the core group' : group === '*' ? 'every group' : `group ${group}`

/** What a rule would need to allow it. Source: pkg/registry/rbac/validation/rule.go RuleAllows */
function lacks(rule: PolicyRule, { verb, group, resource, name }: Wish): string[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs } = rule
  if (nonResourceURLs !== undefined) return ['that is no resource']
  const has = (list: readonly string[], ...wanted: string[]) => ['*', ...wanted].some((each) => list.includes(each))
  const subresource = resource.split('/')[1]
  return [
    ...(has(verbs, verb) ? [] : [`${verb} is missing`]),
    ...(has(resources, resource, ...(subresource === undefined ? [] : [`*/${subresource}`]))
      ? []
      : [`${resource} is missing`]),
    ...(has(apiGroups, group) ? [] : [`${resource} is in ${groupText(group)}`]),
    ...(resourceNames.length === 0 || resourceNames.includes(name)
      ? []
      : [name === '' ? 'it is for those names only' : `${name} is missing`]),
  ]
}

function isOf({ kind, name, namespace }: Subject, user: UserInfo): boolean {
  if (kind === 'User') return name === user.name
  if (kind === 'Group') return user.groups?.includes(name) ?? false
  return user.name === `system:serviceaccount:${namespace}:${name}`
}

/** RoleBindings of other namespaces are of no use here. */
function elsewhere(world: World, user: UserInfo, { namespace }: Wish): string {
  const others = [...world.client.list('RoleBinding')].filter(
    ({ metadata, subjects }) => metadata.namespace !== namespace && subjects?.some((subject) => isOf(subject, user)),
  )
  if (others.length === 0) return ''
  const paths = others.map(({ metadata }: KubernetesObject) => `${metadata.namespace}/${metadata.name}`)
  return `${namespace === '' ? '' : ' here'}, only RoleBinding ${paths.join(', ')}`
}

/** Subjects that may have been meant for him. */
function misnamed(bindings: readonly (RoleBinding | ClusterRoleBinding)[], user: UserInfo): string {
  const own = user.name.split(':').at(-1)!
  for (const { kind, metadata, subjects = [] } of bindings) {
    const found = subjects.find(({ name, namespace, kind: of }) => {
      const isAccount = user.name.startsWith('system:serviceaccount:')
      if (of === 'Group' || name.startsWith('system:') || metadata.labels?.['kubernetes.io/bootstrapping']) return false
      if (name === own) return isAccount !== (of === 'ServiceAccount') || namespace !== undefined
      return nearestName(own, [name]) !== undefined
    })
    if (found === undefined) continue
    const where = found.namespace === undefined ? '' : `${found.namespace}/`
    return `; ${kind} "${metadata.name}" names ${found.kind} "${where}${found.name}"`
  }
  return ''
}
