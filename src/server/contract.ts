import type { ApiRequest, ApiServer, UserInfo } from '../api/request.ts'
import type { Answer, KubernetesObject } from '../api/types.ts'
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
  readonly verbs?: readonly string[]
  readonly subresources?: Readonly<
    Record<
      string,
      { readonly verbs: readonly string[]; readonly kind?: string; readonly group?: string; readonly version?: string }
    >
  >
  readonly schema: string
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

export interface LogOptions {
  readonly container: string
  readonly previous: boolean
  readonly follow: boolean
}

export interface LogLine {
  /** Virtual ms at which the line was written. */
  readonly at: number
  readonly stream: 'stdout' | 'stderr'
  /** Without the newline. */
  readonly text: string
}

/**
 * Logs of a container. Every line kept so far is handed to `onLine` inside this call, oldest first. With `follow`
 * later lines come as they are written and `onEnd` when the container has ended; without it `onEnd` is called inside
 * this call. The Status says why there are none (`container "c" in pod "p" is waiting to start: ContainerCreating`).
 * What tailLines, sinceSeconds, limitBytes and timestamps ask for is the door's work.
 */
export type LogSource = (
  namespace: string,
  pod: string,
  options: LogOptions,
  onLine: (line: LogLine) => void,
  onEnd: () => void,
) => Answer<{ stop(): void }>

export interface ServerOptions {
  /** The API server that answers now; undefined: connections are refused. */
  readonly connect: () => ApiServer | undefined
  readonly kinds: readonly ServedKind[]
  readonly world: World
  readonly credentials: Credentials
  /** Default 6443; 0 takes a free one. */
  readonly port?: number
  readonly staticTokens?: ReadonlyMap<string, UserInfo>
  readonly logs?: LogSource
  /** Called right before a request that may change something is handled: the journal's entry. */
  readonly onMutation?: (request: ApiRequest) => void
}

export interface Server {
  /** `https://127.0.0.1:6443` */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}
