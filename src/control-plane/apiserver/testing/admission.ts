import type { ApiResponse } from '../../../api/request.ts'
import type { Status } from '../../../api/types.ts'
import type { ApiServerOptions } from '../contract.ts'
import { World } from './world.ts'

/** A server with a namespace and the account that pods need. */
export function world(labels: Record<string, string> = {}, options: Partial<ApiServerOptions> = {}): World {
  const made = new World(options)
  post(made, 'namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', labels } })
  post(made, 'serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } })
  return made
}

export type Body = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: object
  readonly [field: string]: unknown
}

export function post(made: World, resource: string, body: Body, more: object = {}): ApiResponse {
  const cluster = /^(namespaces|runtimeclasses|storageclasses|.*configurations|.*polic.*)$/.test(resource)
  const [group = '', version = 'v1'] = body.apiVersion.includes('/')
    ? body.apiVersion.split('/')
    : ['', body.apiVersion]
  return made.send({
    verb: 'create',
    resource: { group, version, resource },
    ...(!cluster && { namespace: 'a' }),
    body: cluster ? body : { ...body, metadata: { ...body.metadata, namespace: 'a' } },
    ...more,
  })
}

export const message = ({ body }: ApiResponse) => (body as Status).message
