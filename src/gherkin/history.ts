import type { Kind, KubernetesObject } from '../api/types.ts'
import type { Reader } from './target.ts'

/** One revision of one object, as it was seen. */
export interface Revision {
  /** Virtual ms. */
  readonly at: number
  readonly object: KubernetesObject
  readonly deleted: boolean
}

/** The kinds whose every revision is recorded while a scenario runs. */
export const RECORDED_KINDS = [
  'Namespace',
  'Node',
  'Pod',
  'Service',
  'EndpointSlice',
  'ConfigMap',
  'Deployment',
  'ReplicaSet',
  'DaemonSet',
] as const satisfies readonly Kind[]

/**
 * Everything that happened to the objects, revision by revision, from a watch opened with the scenario: what `stays`,
 * `never`, `in order` and `at all times since` read, so that nothing between two looks is missed.
 */
export class History {
  readonly #lives = new Map<string, Revision[]>()
  readonly #now: () => number
  #version = 0

  constructor(client: Reader, now: () => number) {
    this.#now = now
    for (const kind of RECORDED_KINDS)
      client.watch(kind, {}, ({ type, object }) => this.#record(object, type === 'DELETED'))
  }

  /** Grows with every revision seen. */
  get version(): number {
    return this.#version
  }

  #record(object: KubernetesObject, deleted: boolean): void {
    this.#version++
    const key = object.metadata.uid ?? ''
    const life = this.#lives.get(key)
    const revision = { at: this.#now(), object, deleted }
    if (life === undefined) this.#lives.set(key, [revision])
    else life.push(revision)
  }

  /** The revisions of one object, oldest first; of its newest incarnation when the name was used again. */
  of(kind: string, name: string, namespace: string | undefined): readonly Revision[] {
    let newest: readonly Revision[] = []
    for (const life of this.#lives.values()) {
      const { object } = life[0]!
      if (object.kind === kind && object.metadata.name === name && object.metadata.namespace === namespace)
        newest = life
    }
    return newest
  }

  /** Every object of a kind that ever was, each with its revisions. */
  *lives(kind: string): IterableIterator<readonly Revision[]> {
    for (const life of this.#lives.values()) if (life[0]!.object.kind === kind) yield life
  }

  /** The instants (virtual ms) from `since` on at which any object of the kind changed, `since` itself first. */
  instants(kind: string, since: number): readonly number[] {
    const instants = new Set([since])
    for (const life of this.lives(kind)) for (const { at } of life) if (at >= since) instants.add(at)
    return [...instants].sort((a, b) => a - b)
  }
}

/** What an object was at an instant: its last revision until then; undefined when it was not there. */
export function asOf(life: readonly Revision[], at: number): KubernetesObject | undefined {
  const seen = life.findLast((revision) => revision.at <= at)
  return seen === undefined || seen.deleted ? undefined : seen.object
}
