import type { ApiRequest, ApiResponse, UserInfo } from '../api/request.ts'
import type { Kind } from '../api/types.ts'
import type { Client } from '../client/contract.ts'
import type { Cluster, RequestOutcome, RequestSource, Topology } from '../cluster/contract.ts'
import { SpecError } from './step.ts'

/** What a step may need beyond what any client of a cluster can do; the texts say it in the reason a scenario is skipped for. */
export const CAPABILITIES = {
  faults: 'break components, nodes and networks',
  time: 'set its clock or make time pass faster',
  hosts: 'reach into its machines',
  etcd: 'look into its etcd',
  cloud: 'be told what its cloud does',
  images: 'be told what an image does',
  load: 'ask its Services all the time',
  flags: 'change the flags of its components',
  audit: 'show what its API servers write in their audit logs',
  versions: 'tell of versions of long ago: its etcd is compacted',
  charts: 'show the state that its components are in',
} as const

/** What a command line ran and got. */
export interface CommandResult {
  readonly command: string
  readonly exitCode: number
  readonly output: string
}

export type Capability = keyof typeof CAPABILITIES

/** Reads, as of now. A target that has to look something up first throws {@link NotLoaded}. */
export type Reader = Pick<Client, 'get' | 'list' | 'watch'>

/** What is read is not known yet: once `loaded` is done, the same read answers. */
export class NotLoaded extends Error {
  readonly loaded: Promise<void>
  constructor(what: string, loaded: Promise<void>) {
    super(`${what} is not loaded yet`)
    this.loaded = loaded
  }
}

/** What cannot be read there at all: the one who asks may not list it, or nobody answers. */
export class NotReadable extends SpecError {
  readonly because: string
  constructor(what: string, because: string) {
    super(`every ${what} has to be listed for this, and cannot be: ${because}`)
    this.because = because
  }
}

/** Reads what is good to know: what cannot be read is not waited for. */
export function ifReadable<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof NotReadable) return otherwise
    throw error
  }
}

export type TargetRequest = Omit<ApiRequest, 'credentials' | 'impersonate'>

/** As whom a request is made: the administrator (undefined), another user, or whoever a token belongs to. */
export type Actor = UserInfo | { readonly token: string } | undefined

/**
 * The cluster that the steps of a scenario are about: a simulated one, or a real one that a kubeconfig leads to. Steps
 * know no other way to a cluster, so the same feature runs against both.
 */
export interface Target {
  /** As reasons and messages name it: `the simulator`, `context "kind-dev"`. */
  readonly name: string
  readonly reader: Reader
  /** The kinds whose every revision is recorded from the start; undefined: those that every scenario needs. */
  readonly recorded?: readonly Kind[]
  /** Only the simulator has it: what can be seen and done from behind the API. */
  readonly cluster?: Cluster
  can(what: Capability): boolean
  /** Waits until the cluster is as the topology asks. @returns what it lacks for that, if anything */
  prepare?(topology: Topology | undefined): Promise<string | undefined>
  /** ms since the epoch: virtual, or of this machine. */
  now(): number
  advance(ms: number): Promise<void>
  /** To the next instant at which something may have changed, at most to `until`. */
  nextInstant(until: number): Promise<void>
  /** Until what was asked for has been done, as far as that takes no time. */
  settle(): Promise<void>
  /** Why nobody answers there any more, where that is so: what is read is of before. */
  silence?(): Promise<string | undefined>
  send(request: TargetRequest, as?: Actor): Promise<ApiResponse>
  request(from: RequestSource, url: string): Promise<RequestOutcome>
  /** The addresses a name has for whoever asks; none when it does not resolve. */
  resolve(from: RequestSource, name: string): Promise<readonly string[]>
  logs(namespace: string, pod: string, container: string): Promise<readonly string[]>
  /** Undefined: there is no kubectl here. */
  kubectl?(args: readonly string[]): Promise<CommandResult>
  /** What the scenario knows as a namespace, as it is called in this cluster. */
  namespace(name: string): string
  /** A namespace that the scenario makes: from here on its name means it. */
  adoptNamespace(name: string): void
  /** Whether what lives in this namespace of the cluster is the scenario's, not somebody else's. */
  owns(namespace: string | undefined): boolean
  /** What a step is told, with the nodes it names as this cluster calls them. Undefined: they are called so. */
  namingNodes?(told: unknown): unknown
  /** A text of the feature that may name namespaces, as this cluster would say it. */
  translate(text: string): string
  close(): Promise<void>
}
