import type { Kind, KubernetesObject } from '../api/types.ts'
import type { ListOptions } from './contract.ts'
import type { Informer } from './informer.ts'
import { optionsKey, selects } from './selection.ts'

interface Followed {
  readonly options: ListOptions
  readonly informer: Informer
}

/** How many answers about kinds that nobody follows are kept, of each sort. */
const LIMIT = 1024

/** What a client knows without asking: its informers' caches, and the last answers about what it does not follow. */
export class Held {
  readonly #followed = new Map<Kind, Map<string, Followed>>()
  readonly #objects = new Map<string, KubernetesObject>()
  readonly #lists = new Map<string, readonly KubernetesObject[]>()

  informer(kind: Kind, key: string): Informer | undefined {
    return this.#followed.get(kind)?.get(key)?.informer
  }

  addInformer(kind: Kind, options: ListOptions, informer: Informer): void {
    const ofKind = this.#followed.get(kind) ?? new Map<string, Followed>()
    ofKind.set(optionsKey(options), { options, informer })
    this.#followed.set(kind, ofKind)
  }

  removeInformer(kind: Kind, key: string): void {
    const ofKind = this.#followed.get(kind)
    ofKind?.delete(key)
    if (ofKind?.size === 0) this.#followed.delete(kind)
  }

  *informers(): IterableIterator<Informer> {
    for (const ofKind of [...this.#followed.values()]) for (const { informer } of [...ofKind.values()]) yield informer
  }

  /** An informer of this kind has not heard of everything. */
  behind(kind: Kind): boolean {
    for (const { informer } of this.#followed.get(kind)?.values() ?? []) if (informer.behind) return true
    return false
  }

  get(kind: Kind, name: string, namespace: string | undefined): KubernetesObject | undefined {
    const key = namespace === undefined ? name : `${namespace}/${name}`
    for (const { informer } of this.#followed.get(kind)?.values() ?? []) {
      const found = informer.get(key)
      if (found !== undefined) return found
    }
    return this.#objects.get(`${kind}/${key}`)
  }

  list(kind: Kind, options: ListOptions): readonly KubernetesObject[] {
    const ofKind = this.#followed.get(kind)
    if (ofKind === undefined) return this.#lists.get(`${kind}\n${optionsKey(options)}`) ?? []
    const wanted = selects(options)
    const whole = ofKind.get(EVERYTHING)
    const found = new Set<KubernetesObject>()
    for (const { informer } of whole === undefined ? ofKind.values() : [whole])
      for (const object of informer.objects()) if (wanted(object)) found.add(object)
    return [...found]
  }

  rememberOne(kind: Kind, name: string, namespace: string | undefined, object: KubernetesObject | undefined): void {
    if (this.#followed.has(kind)) return
    remember(this.#objects, `${kind}/${namespace === undefined ? name : `${namespace}/${name}`}`, object)
  }

  rememberList(kind: Kind, options: ListOptions, objects: readonly KubernetesObject[]): void {
    if (!this.#followed.has(kind)) remember(this.#lists, `${kind}\n${optionsKey(options)}`, objects)
  }
}

const EVERYTHING = optionsKey({})

function remember<V>(into: Map<string, V>, key: string, value: V | undefined): void {
  // Deleting first makes it the newest.
  into.delete(key)
  if (value === undefined) return
  into.set(key, value)
  if (into.size > LIMIT) into.delete(into.keys().next().value!)
}
