import { findCondition, sameCondition } from '../../../api/conditions.ts'
import { rfc3339 } from '../../../api/time.ts'
import type { FlowSchema, FlowSchemaCondition } from '../../../api/types.ts'
import { flowSchemas, priorityLevels } from '../bootstrap/flow-control.ts'
import type { Server } from '../contract.ts'
import { Follower } from './follow.ts'
import { amend, install } from './loopback.ts'

/** Suggested and mandatory objects. Source: pkg/registry/flowcontrol/rest/storage_flowcontrol.go ensureAPFBootstrapConfiguration */
export function installFlowControl(server: Server): void {
  for (const level of priorityLevels()) install(server, level)
  for (const schema of flowSchemas()) install(server, withDangling(schema, true, server.clock.now()))
}

/** Says of every FlowSchema whether its priority level exists. Source: apiserver/pkg/util/flowcontrol/apf_controller.go syncFlowSchemaStatus */
export function followFlowControl(server: Server): Follower {
  return new Follower(server, ['FlowSchema', 'PriorityLevelConfiguration'], () => {
    for (const schema of server.readAll('FlowSchema') as readonly FlowSchema[]) {
      const level = schema.spec?.priorityLevelConfiguration?.name ?? ''
      const found = server.read('PriorityLevelConfiguration', level) !== undefined
      const next = withDangling(schema, found, server.clock.now())
      if (next === schema) continue
      const change = (current: object) => withDangling(current as FlowSchema, found, server.clock.now())
      amend(server, 'FlowSchema', schema.metadata.name, undefined, change, 'status')
    }
  })
}

function withDangling(schema: FlowSchema, found: boolean, now: number): FlowSchema {
  const name = JSON.stringify(schema.spec?.priorityLevelConfiguration?.name ?? '')
  const subject = `This FlowSchema references the PriorityLevelConfiguration object named ${name}`
  const condition = {
    type: 'Dangling',
    status: found ? 'False' : 'True',
    reason: found ? 'Found' : 'NotFound',
    message: found ? `${subject} and it exists` : `${subject} but there is no such object`,
  }
  const conditions = schema.status?.conditions ?? []
  const old = findCondition(conditions as readonly (typeof condition & FlowSchemaCondition)[], 'Dangling')
  const since = old?.status === condition.status ? (old.lastTransitionTime ?? rfc3339(now)) : rfc3339(now)
  const next = { ...condition, lastTransitionTime: since }
  if (old !== undefined && sameCondition<FlowSchemaCondition & typeof condition>(old, next)) return schema
  const others = conditions.filter(({ type }) => type !== 'Dangling')
  return { ...schema, status: { ...schema.status, conditions: [...others, next] } }
}
