import { resourceKey, resourceOf } from '../api/resources.ts'
import type { CustomResourceDefinition, Kind, KubernetesObject } from '../api/types.ts'
import { SpecError } from './step.ts'
import type { Reader } from './target.ts'

/** One revision of one object, as it was seen. */
export interface Revision {
  /** Virtual ms. */
  readonly at: number
  /** Its place among all that was recorded: what happened at the same instant has an order too. */
  readonly order: number
  readonly object: KubernetesObject
  readonly deleted: boolean
}

/** The kinds that every scenario records, wherever it runs: what failures are explained with. */
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

/** Renewals of Leases are nothing that happens: whoever watches them makes the simulation write each. */
export const UNRECORDED: readonly string[] = ['Lease']

/**
 * Everything that happened to the objects, revision by revision: what `stays`, `never`, `in this order` and `at all times
 * since` read, so that nothing between two looks is missed.
 *
 * A kind is recorded from when its watch was opened. In the simulator that is with the cluster, for every kind, custom
 * resources included; in a real cluster with the scenario, for {@link RECORDED_KINDS} and the kinds that its steps name.
 */
export class History {
  /** By kind, then by uid. */
  readonly #lives = new Map<string, Map<string, Revision[]>>()
  readonly #client: Reader
  readonly #now: () => number
  /** From when each kind is recorded. */
  readonly #from = new Map<string, number>()
  #version = 0
  #order = 0

  constructor(client: Reader, now: () => number, kinds: readonly Kind[] = RECORDED_KINDS) {
    this.#client = client
    this.#now = now
    for (const kind of kinds) this.record(kind)
  }

  /** Records a kind from now on; what is there already counts as seen now. */
  record(kind: Kind): void {
    if (this.#from.has(kind)) return
    this.#from.set(kind, this.#now())
    const isDefinition = kind === 'CustomResourceDefinition'
    this.#client.watch(kind, {}, ({ type, object }) => {
      this.#record(object, type === 'DELETED')
      if (isDefinition && type !== 'DELETED') this.#recordCustom(object as CustomResourceDefinition)
    })
  }

  #recordCustom({ spec, status }: CustomResourceDefinition): void {
    if (!status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True')) return
    const version = spec.versions.find(({ served }) => served)?.name
    if (version === undefined) return
    this.record(resourceKey({ group: spec.group, version, resource: spec.names.plural }) as Kind)
  }

  /** Whether a kind, as clients know it, has been recorded since an instant. */
  hasRecorded(kind: Kind, since = Number.POSITIVE_INFINITY): boolean {
    const from = this.#from.get(kind)
    return from !== undefined && from <= since
  }

  /** @throws {SpecError} where what happened to a kind since an instant is not known */
  demand(kind: Kind, since: number): void {
    if (this.hasRecorded(kind, since)) return
    throw new SpecError(
      UNRECORDED.includes(kind)
        ? `what happens to ${kind}s is not recorded: their renewals are no news`
        : `${kind} has not been recorded since then: name an object of that kind in a step of this scenario`,
    )
  }

  /** Grows with every revision seen of {@link RECORDED_KINDS}. */
  get version(): number {
    return this.#version
  }

  /** The kinds of which anything is recorded. */
  kinds(): IterableIterator<string> {
    return this.#lives.keys()
  }

  /** How many revisions have been recorded. */
  get order(): number {
    return this.#order
  }

  #record(object: KubernetesObject, deleted: boolean): void {
    if ((RECORDED_KINDS as readonly string[]).includes(object.kind)) this.#version++
    let ofKind = this.#lives.get(object.kind)
    if (ofKind === undefined) {
      ofKind = new Map()
      this.#lives.set(object.kind, ofKind)
    }
    const key = object.metadata.uid ?? ''
    const life = ofKind.get(key)
    const revision = { at: this.#now(), order: ++this.#order, object, deleted }
    if (life === undefined) ofKind.set(key, [revision])
    else life.push(revision)
  }

  /** The revisions of one object, oldest first; of its newest incarnation when the name was used again. */
  of(kind: string, name: string, namespace: string | undefined): readonly Revision[] {
    let newest: readonly Revision[] = []
    for (const life of this.named(kind, name, namespace)) newest = life
    return newest
  }

  /** Every incarnation that a name ever stood for. */
  *named(kind: string, name: string, namespace: string | undefined): IterableIterator<readonly Revision[]> {
    for (const life of this.lives(kind)) {
      const { metadata } = life[0]!.object
      if (metadata.name === name && metadata.namespace === namespace) yield life
    }
  }

  /** Every object of a kind that ever was, each with its revisions. */
  *lives(kind: string): IterableIterator<readonly Revision[]> {
    const [name, group] = splitKind(kind)
    for (const life of this.#lives.get(name)?.values() ?? [])
      if (group === undefined || life[0]!.object.apiVersion.startsWith(`${group}/`)) yield life
  }

  /**
   * Right after which changes of objects of the kind to look, from `since` on: first after the last until then. What was so for no
   * time at all, between two changes of one instant, was so.
   */
  points(kind: string, since: number): readonly Pick<Revision, 'at' | 'order'>[] {
    const all = [...this.lives(kind)].flat().sort((a, b) => a.order - b.order)
    const first = all.findIndex(({ at }) => at > since)
    const before = first < 0 ? all.length : first
    return [{ at: since, order: all[before - 1]?.order ?? 0 }, ...all.slice(before)]
  }
}

/** `Widget.example.com`: the kind, and the group where one is named. */
function splitKind(kind: string): readonly [string, string | undefined] {
  const dot = kind.indexOf('.')
  return dot < 0 ? [kind, undefined] : [kind.slice(0, dot), kind.slice(dot + 1)]
}

/** What an object was at an instant: its last revision until then; undefined when it was not there. */
export function asOf(life: readonly Revision[], at: number): KubernetesObject | undefined {
  return alive(life.findLast((revision) => revision.at <= at))
}

/** What an object was right after a change of whatever. */
export function asOfOrder(life: readonly Revision[], order: number): KubernetesObject | undefined {
  return alive(life.findLast((revision) => revision.order <= order))
}

const alive = (seen: Revision | undefined) => (seen === undefined || seen.deleted ? undefined : seen.object)

/** The built-in kinds that texts of a feature name: `Deployment "web"`, `every Secret in …`, `Pod \"a\"` in a table. */
export function kindsNamed(texts: readonly string[]): readonly Kind[] {
  const named = texts.flatMap((text) =>
    [...text.matchAll(/\b([A-Z][A-Za-z]+)(?= \\?"| in namespace)/g)].map(([, kind]) => kind as Kind),
  )
  const events = texts.some((text) => /\bevent\b/.test(text)) ? (['Event'] as const) : []
  return [...new Set([...named, ...events])].filter(
    (kind) => resourceOf(kind) !== undefined && !UNRECORDED.includes(kind),
  )
}
