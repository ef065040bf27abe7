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
  if (JSON.stringify(rules) === JSON.stringify(role.rules ?? [])) return undefined
  const answer = client.update('ClusterRole', name, undefined, (now) => ({ ...now, rules }))
  return isStatus(answer) && answer.reason !== 'NotFound' ? answer : undefined
}

function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): readonly PolicyRule[] {
  const sorted = [...all].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  const rules = new Map<string, PolicyRule>()
  for (const labelSelector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const selector = selectorFromLabelSelector(labelSelector)
    for (const each of sorted)
      if (each.metadata.name !== role.metadata.name && selector.matches(each.metadata.labels))
        for (const rule of each.rules ?? []) rules.set(JSON.stringify(rule), rules.get(JSON.stringify(rule)) ?? rule)
  }
  return [...rules.values()]
}
