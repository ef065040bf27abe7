import type { AuditLog } from '../api/audit/index.ts'
import type { ApiServer, UserInfo } from '../api/request.ts'
import type { Answer, KubernetesObject } from '../api/types.ts'
import type { VersionInfo } from '../api/version.ts'
import type { Streams } from '../cluster/index.ts'
import type { Credentials } from './pki.ts'

/** What the door must know of a kind to serve it; the registry's KindDefinition is one. */
export interface ServedKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly resource: string
  readonly singular: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly namespaced: boolean
  /** A warning that comes with every answer. */
  readonly deprecated?: string
  readonly verbs?: readonly string[]
  readonly subresources?: Readonly<
    Record<
      string,
      {
        readonly verbs: readonly string[]
        readonly kind?: string
        readonly group?: string
        readonly version?: string
        readonly columns?: readonly ServedColumn[]
      }
    >
  >
  readonly schema: string
  /** Kind of its lists; default the kind with `List`. */
  readonly listKind?: string
  /** Custom resources: the schema of their version. */
  readonly custom?: { readonly schema: object }
  readonly columns: readonly ServedColumn[]
  /** Never stored (review kinds): creating one changes nothing. */
  readonly virtual?: boolean
}

export interface ServedColumn {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly description: string
  readonly priority?: number
  // A method, so that a column of a Pod stands in a list of columns of any object.
  cell(object: KubernetesObject, now: number): string | number | boolean
}

/**
 * The running simulation as the door meets it: requests go in between two slices of it, and waiting is done in its own
 * time. See pace.ts.
 */
export interface World {
  /** Runs `request` where nothing else runs, with the clock brought up to the present. */
  inject<T>(request: () => T): Promise<T>
  /** Resolves when this much virtual time has passed. */
  wait(virtualMs: number): Promise<void>
  /** Virtual now, ms since the epoch. */
  now(): number
  /** How far virtual time stands ahead of the clients' clocks, whole seconds in ms; changes only by skips. */
  aheadMs(): number
  /** Called after something may have changed. */
  onSlice(listener: () => void): () => void
}

/** PodLogOptions as the kubelet takes them. */
export interface LogOptions {
  readonly previous?: boolean
  readonly follow?: boolean
  readonly tailLines?: number
  readonly sinceSeconds?: number
  /** RFC 3339. */
  readonly sinceTime?: string
  readonly timestamps?: boolean
  readonly limitBytes?: number
  /** Default both. */
  readonly stream?: 'Stdout' | 'Stderr' | 'All'
}

export interface LogSink {
  /** Text with its newlines; what is there already comes before the call returns. */
  write(text: string): void
  /** Nothing more will come: at once without `follow`, else when the container has ended. */
  end(): void
}

/** Streams a container's log: the cluster's `streamLogs`. @returns how to stop following, or the Status that says why there is none */
export type LogSource = (
  namespace: string,
  pod: string,
  container: string,
  options: LogOptions,
  sink: LogSink,
) => Answer<() => void>

export interface ServerOptions {
  /** The API server that answers now (it records what changes something: the journal); undefined: connections are refused. */
  readonly connect: () => ApiServer | undefined
  readonly kinds: readonly ServedKind[]
  readonly world: World
  readonly credentials: Credentials
  /** Default 6443; 0 takes a free one. */
  readonly port?: number
  /** PEM of CAs whose client certificates are good, besides the cluster's own. */
  readonly clientCAs?: readonly string[]
  /** What /version answers; default that of the simulated release. */
  readonly version?: VersionInfo
  /** --audit-policy-file, --audit-log-path of this door, besides those of the API server; without them nothing is written here. */
  readonly audit?: AuditLog
  readonly staticTokens?: ReadonlyMap<string, UserInfo>
  readonly logs?: LogSource
  /** exec, attach, port-forward, proxies. */
  readonly streams?: Streams
}

export interface Server {
  /** `https://127.0.0.1:6443` */
  readonly url: string
  readonly port: number
  /** Requests and streams that are not answered to their end. */
  pending(): number
  close(): Promise<void>
}
