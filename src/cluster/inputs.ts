import type { AuditLog } from '../api/audit/index.ts'
import type { ApiRequest, ApiResponse, ApiServer } from '../api/request.ts'
import { isStatus, type KubernetesObject } from '../api/types.ts'
import type { Clock } from '../sim/clock.ts'
import type { CloudAction } from './cloud.ts'
import type { ComponentName, DeclaredImage, NodeFault, PressureKind, RequestSource } from './contract.ts'
import type { Dial, StreamRequest } from './streams.ts'

/** Everything that can come into a cluster from outside: with the seed, all that its life depends on. Plain data. */
export type Input =
  | { readonly type: 'request'; readonly request: ApiRequest }
  | {
      readonly type: 'component'
      readonly name: ComponentName
      readonly action: 'stops' | 'starts' | 'restarts' | 'crashes'
      readonly host?: string
    }
  | { readonly type: 'node'; readonly name: string; readonly fault: NodeFault }
  | {
      readonly type: 'pressure'
      readonly node: string
      readonly of: PressureKind
      readonly change: 'begins' | 'ends'
    }
  | { readonly type: 'link'; readonly a: string; readonly b: string; readonly state: 'cut' | 'healed' }
  | {
      readonly type: 'container'
      readonly pod: string
      readonly namespace: string
      readonly container: string
      readonly exitCode: number
    }
  | {
      readonly type: 'probe'
      readonly pod: string
      readonly namespace: string
      readonly probe: 'readiness' | 'liveness' | 'startup'
      readonly outcome: 'fails' | 'succeeds' | 'as declared'
    }
  | {
      readonly type: 'connect'
      readonly from: RequestSource
      readonly url: string
    }
  | { readonly type: 'shell'; readonly host: string; readonly shell: number; readonly line: string }
  /** Ctrl-C in a shell. */
  | { readonly type: 'interrupt'; readonly host: string; readonly shell: number }
  | { readonly type: 'file'; readonly host: string; readonly path: string; readonly content: string | null }
  | { readonly type: 'cloud'; readonly action: CloudAction }
  | { readonly type: 'image'; readonly image: DeclaredImage }
  /** `kubectl exec` or `attach`; sessions are numbered in the order of their opening. */
  | { readonly type: 'stream'; readonly session: number; readonly request: StreamRequest }
  /** What a session's user typed, in base64; null is the end of it. */
  | { readonly type: 'stdin'; readonly session: number; readonly data: string | null }
  /** A request through a port-forward or a proxy. */
  | { readonly type: 'dial'; readonly dial: Dial }

  /** So many of a hundred requests to the API servers are answered with this status; 0: none. */
  | { readonly type: 'requests'; readonly percent: number; readonly status: number }
  /** Somebody makes so many requests a second from now on; 0: none. */
  | { readonly type: 'load'; readonly from: RequestSource; readonly url: string; readonly perSecond: number }
  /** A line that a door has written into the audit log of the API server, of a request it took. */
  | { readonly type: 'audit'; readonly line: string }

const READS = new Set(['get', 'list', 'watch'])

/**
 * The API server as somebody outside uses it: what changes something is recorded first, as data; what only looks on
 * leaves no mark on the world.
 */
export function recorded(server: ApiServer, record: (input: Input) => void): ApiServer {
  return {
    handle(request) {
      if (READS.has(request.verb)) {
        // What is written of it in the audit log is a mark, too.
        if (server.audits?.(request)) record({ type: 'request', request })
        return server.handle(request.resource.resource === 'nodes' ? { ...request, onlooker: true } : request)
      }
      const asked = request.change === undefined ? request : withBody(server, request)
      if ('code' in asked) return asked
      const plain = asked.wire === undefined ? asWritten(asked) : asked
      if (request.outside !== undefined) return handledOnce(server, plain, record)
      if (!request.options?.dryRun) record({ type: 'request', request: plain })
      return server.handle(plain)
    },
    watch: (request, onEvent, onEnd) => server.watch({ ...request, onlooker: true }, onEvent, onEnd),
    ...(server.served && { served: () => server.served!() }),
    ...(server.health && { health: () => server.health!() }),
    ...(server.insights && { insights: server.insights }),
    ...(server.audit && { audit: recordedLog(server.audit, record) }),
  }
}

function recordedLog(log: AuditLog, record: (input: Input) => void): AuditLog {
  return {
    policy: log.policy,
    write(line) {
      record({ type: 'audit', line })
      log.write(line)
    },
  }
}

/**
 * A request that may need calls to the outside is done when it needs none any more: only then it is recorded, with what
 * came of them. Until then it has changed nothing.
 */
function handledOnce(server: ApiServer, request: ApiRequest, record: (input: Input) => void): ApiResponse {
  // Handed in again: what is remembered of parts of the body must not be found again, a replay has not seen them.
  const asked = request.outside?.length ? asWritten(request) : request
  let response: ApiResponse | undefined
  try {
    response = server.handle(asked)
    return response
  } finally {
    if (response?.outside === undefined && !request.options?.dryRun) record({ type: 'request', request: asked })
  }
}

/**
 * The request as the journal will have it: a body that shares parts with other objects (the spec of a template) is
 * another thing to the world than its copy, and a replay has only copies. Bodies from the wire are copies already.
 */
function asWritten(request: ApiRequest): ApiRequest {
  if (request.body === undefined) return request
  return { ...request, body: JSON.parse(JSON.stringify(request.body)) as unknown }
}

/** A write that is a function of the current object, as the object it comes to: a function cannot be written down. */
function withBody(server: ApiServer, { change, ...request }: ApiRequest): ApiRequest | ApiResponse {
  const { subresource: _, ...resource } = request.resource
  const current = server.handle({ ...request, verb: 'get', resource })
  if (isStatus(current.body)) return current
  const body = change!(current.body as KubernetesObject)
  return body === undefined ? current : { ...request, body }
}

/** The clock for those who only look on: none of their timers counts. */
export function onlookerClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    setTimeout: (callback, delayMs) => clock.observe(callback, delayMs),
    clearTimeout: (timer) => clock.clearTimeout(timer),
    defer: (callback) => void clock.observe(callback, 0),
    observe: (callback, delayMs) => clock.observe(callback, delayMs),
    fail: (error) => clock.fail(error),
    hold: () => clock.hold(),
  }
}
