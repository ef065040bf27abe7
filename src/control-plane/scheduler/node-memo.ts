import type { NodeInfo } from './node-info.ts'

/**
 * A small number per node that goes by nothing but the node and what one kind of pod asks for: it holds until the node
 * changes, and from one pod to the next only one node does. Tables by node, so that hundreds of nodes are read in a few
 * cache lines.
 */
export class NodeMemo {
  #generations = new Uint32Array(0)
  #values = new Uint8Array(0)

  /** 0..255, or -1: not known. */
  get({ id, generation }: NodeInfo): number {
    return this.#generations[id] === generation ? this.#values[id]! : -1
  }

  set({ id, generation }: NodeInfo, value: number): void {
    if (id < 0) return
    if (id >= this.#values.length) this.#grow(2 * id + 64)
    this.#generations[id] = generation
    this.#values[id] = value
  }

  #grow(length: number): void {
    const generations = new Uint32Array(length)
    generations.set(this.#generations)
    this.#generations = generations
    const values = new Uint8Array(length)
    values.set(this.#values)
    this.#values = values
  }
}

/** How many different requests are remembered at once. */
const LIMIT = 1000

/** The same value for all pods that ask for the same. */
export class ByRequests<T> {
  readonly #values = new Map<string, T>()
  readonly #make: () => T

  constructor(make: () => T) {
    this.#make = make
  }

  /** @param requests the amounts, as text */
  get(requests: string): T {
    let value = this.#values.get(requests)
    if (value === undefined) {
      if (this.#values.size >= LIMIT) this.#values.clear()
      value = this.#make()
      this.#values.set(requests, value)
    }
    return value
  }
}
