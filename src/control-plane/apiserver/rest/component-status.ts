import type { ApiResponse } from '../../../api/request.ts'
import { notFound } from '../../../api/status.ts'
import { type ComponentStatus, isStatus } from '../../../api/types.ts'
import { EtcdError } from '../../etcd/contract.ts'
import type { Call, ComponentHealth } from '../contract.ts'
import { matches } from '../storage/filter.ts'
import { respond } from './answer.ts'
import { filterOf } from './filter.ts'

const DEPRECATED = 'v1 ComponentStatus is deprecated in v1.19+'

/** What the components say when they are asked for their health. Source: pkg/registry/core/componentstatus/rest.go */
export function componentStatuses(call: Call): ApiResponse {
  call.warnings.push(DEPRECATED)
  const { name, verb } = call.request
  const all = [...call.server.componentHealth(), etcdHealth(call)].map(statusOf)
  if (verb === 'get') {
    const found = all.find(({ metadata }) => metadata.name === name)
    return respond(call, 200, found ?? notFound({ group: '', resource: 'componentstatus' }, name ?? ''))
  }
  const filter = filterOf(call)
  if (isStatus(filter)) return respond(call, 400, filter)
  const items = all.filter((status) => matches(filter, status))
  return { code: 200, body: { kind: 'List', items, resourceVersion: '' }, warnings: call.warnings }
}

function statusOf({ name, fault }: ComponentHealth): ComponentStatus {
  const message = fault ?? 'ok'
  const conditions = [{ type: 'Healthy', status: fault === undefined ? 'True' : 'False', message }]
  return { apiVersion: 'v1', kind: 'ComponentStatus', metadata: { name }, conditions }
}

function etcdHealth({ server }: Call): ComponentHealth {
  try {
    server.etcd.get('/registry/health')
    return { name: 'etcd-0' }
  } catch (error) {
    if (error instanceof EtcdError) return { name: 'etcd-0', fault: error.message }
    throw error
  }
}
