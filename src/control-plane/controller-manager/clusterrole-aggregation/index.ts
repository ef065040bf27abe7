import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { type ClusterRole, isStatus, type PolicyRule, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import type { Controller, ControllerContext, ControllerDescriptor } from '../controller.ts'
import { startLoop } from '../machine.ts'

/** Fills ClusterRoles with an aggregationRule from those it selects. Source: pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go */
export const clusterRoleAggregationController: ControllerDescriptor = {
  name: 'clusterrole-aggregation-controller',
  account: 'clusterrole-aggregation-controller',
  component: 'clusterrole-aggregation-controller',
  start: startClusterRoleAggregationController,
}

function startClusterRoleAggregationController({ client, informers, world }: ControllerContext): Controller {
  const aggregated = new Set<string>()
  const loop = startLoop({
    component: 'controller-manager/clusterrole-aggregation-controller',
    world,
    reconcile: (name) => aggregate(client, name),
  })
  const stop = informers.on('ClusterRole', ({ type, object }) => {
    const { name } = object.metadata
    if (type !== 'DELETED' && object.aggregationRule !== undefined) aggregated.add(name)
    else aggregated.delete(name)
    for (const each of aggregated) loop.queue.add(each)
  })
  return {
    stop() {
      stop()
      loop.stop()
    },
  }
}

function aggregate(client: Client, name: string): Status | undefined {
  const role = client.get('ClusterRole', name)
  if (role?.aggregationRule === undefined) return undefined
  const rules = aggregatedRules(role, client.list('ClusterRole'))
  if (sameRules(rules, role.rules ?? [])) return undefined
  // Applied without rules there is no list of them any more, and the field is always written.
  const written = rules.length === 0 ? (null as unknown as undefined) : rules
  const answer = client.update('ClusterRole', name, undefined, (now) => ({ ...now, rules: written }) as typeof now)
  return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
}

function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): readonly PolicyRule[] {
  const rules = new Map<string, PolicyRule>()
  for (const labelSelector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const selector = selectorFromLabelSelector(labelSelector)
    const selected = all.filter(
      (each) => each.metadata.name !== role.metadata.name && selector.matches(each.metadata.labels),
    )
    for (const each of selected.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)))
      for (const rule of each.rules ?? []) if (!rules.has(textOf(rule))) rules.set(textOf(rule), rule)
  }
  return [...rules.values()]
}

function sameRules(a: readonly PolicyRule[], b: readonly PolicyRule[]): boolean {
  return a.length === b.length && a.every((rule, i) => rule === b[i] || textOf(rule) === textOf(b[i]!))
}

const texts = new WeakMap<PolicyRule, string>()

/** What rules are compared by; made once for each, and roles pass their rules on as they are. */
function textOf(rule: PolicyRule): string {
  let text = texts.get(rule)
  if (text === undefined) {
    text = JSON.stringify(rule)
    texts.set(rule, text)
  }
  return text
}
