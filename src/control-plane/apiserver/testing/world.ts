import type { ApiRequest, ApiResponse, RequestOptions, ServerWatchEvent, UserInfo, Verb } from '../../../api/request.ts'
import { isStatus, type KubernetesObject } from '../../../api/types.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'
import { Store } from '../../etcd/store.ts'
import type { ApiServerOptions } from '../contract.ts'
import { createApiServer, type RunningApiServer } from '../index.ts'

const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }

/** An API server on an etcd of its own, and short words for requests to it. */
export class World {
  readonly clock = new VirtualClock(Date.UTC(2026, 0, 1))
  /** The store; what the server talks to unless told otherwise. */
  readonly etcd = new Store(this.clock)
  readonly server: RunningApiServer

  constructor(options: Partial<ApiServerOptions> = {}) {
    this.server = createApiServer({
      clock: this.clock,
      random: new Random(1, 'apiserver'),
      etcd: this.etcd,
      ...options,
    })
    this.clock.settle()
  }

  send(request: Omit<ApiRequest, 'credentials'> & Partial<ApiRequest>, user: UserInfo = ADMIN): ApiResponse {
    return this.server.handle({ credentials: { type: 'user', user }, ...request })
  }

  /** `ask('get', 'pods', 'default', 'web')`; `apps/deployments` for other groups. */
  ask(
    verb: Verb,
    resource: string,
    namespace?: string,
    name?: string,
    more: Partial<ApiRequest> = {},
    user: UserInfo = ADMIN,
  ): ApiResponse {
    return this.send(
      {
        verb,
        resource: resourceRef(resource),
        ...(namespace !== undefined && { namespace }),
        ...(name !== undefined && { name }),
        ...more,
      },
      user,
    )
  }

  create(resource: string, body: KubernetesObject, options?: RequestOptions): KubernetesObject {
    const { body: answer } = this.ask('create', resource, body.metadata.namespace, undefined, {
      body,
      ...(options && { options }),
    })
    if (isStatus(answer)) throw new Error(answer.message)
    return answer as KubernetesObject
  }

  watch(resource: string, namespace?: string, options: RequestOptions = {}, more: Partial<ApiRequest> = {}) {
    const events: ServerWatchEvent[] = []
    const state = { ended: false }
    const answer = this.server.watch(
      {
        verb: 'watch',
        credentials: { type: 'user', user: ADMIN },
        resource: resourceRef(resource),
        ...(namespace !== undefined && { namespace }),
        options,
        ...more,
      },
      (event) => events.push(event),
      () => {
        state.ended = true
      },
    )
    return { answer, events, state }
  }
}

/** `pods`, `pods/status`, `apps/deployments`, `apps/deployments/scale`. */
function resourceRef(text: string): ApiRequest['resource'] {
  const [first = '', second, third] = text.split('/')
  const group = GROUPS[first]
  if (group === undefined) return { group: '', version: 'v1', resource: first, ...(second && { subresource: second }) }
  return { group, version: 'v1', resource: second ?? '', ...(third && { subresource: third }) }
}

const GROUPS: Readonly<Record<string, string>> = {
  apps: 'apps',
  policy: 'policy',
  rbac: 'rbac.authorization.k8s.io',
  scheduling: 'scheduling.k8s.io',
  coordination: 'coordination.k8s.io',
  discovery: 'discovery.k8s.io',
  'events.k8s.io': 'events.k8s.io',
  authorization: 'authorization.k8s.io',
  authentication: 'authentication.k8s.io',
  networking: 'networking.k8s.io',
  storage: 'storage.k8s.io',
  certificates: 'certificates.k8s.io',
  admissionregistration: 'admissionregistration.k8s.io',
  apiregistration: 'apiregistration.k8s.io',
  node: 'node.k8s.io',
  flowcontrol: 'flowcontrol.apiserver.k8s.io',
  resource: 'resource.k8s.io',
}

/** `ADDED web`, `DELETED web`, `BOOKMARK 7`. */
export function told(events: readonly ServerWatchEvent[]): string[] {
  return events.map((event) => {
    if (event.type === 'PENDING') return 'PENDING'
    if (event.type === 'BOOKMARK') return `BOOKMARK ${event.resourceVersion}`
    return event.type === 'ERROR' ? `ERROR ${event.status.message}` : `${event.type} ${event.object.metadata.name}`
  })
}

export function configMap(name: string, data: Record<string, string> = {}, labels?: Record<string, string>) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', ...(labels && { labels }) },
    data,
  } as KubernetesObject & { readonly data: Readonly<Record<string, string>> }
}

export function pod(
  name: string,
  more: { labels?: Record<string, string>; namespace?: string; nodeName?: string } = {},
) {
  const { labels, namespace = 'default', nodeName } = more
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, ...(labels && { labels }) },
    spec: { containers: [{ name: 'c', image: 'nginx' }], ...(nodeName && { nodeName }) },
  } as KubernetesObject
}
