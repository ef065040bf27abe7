import type { Kinds as BuiltInKinds, ObjectMeta, Status } from './generated/types.ts'

export type * from './generated/types.ts'

/** Kind name -> type, for every built-in kind that can be stored. */
export type Kinds = BuiltInKinds
export type Kind = keyof Kinds
export type ObjectOf<K extends Kind> = Kinds[K]

/** Any object of the API, custom ones included. Stored objects are deeply immutable and shared: never change one in place. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
}

export interface WatchEvent<T extends KubernetesObject = KubernetesObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: T
}

/** An answer is the object or, where an expected failure stands in its place, a Status with upstream's reason and message. */
export type Answer<T> = T | Status

export function isStatus(answer: unknown): answer is Status {
  return (answer as { kind?: string } | undefined)?.kind === 'Status'
}
