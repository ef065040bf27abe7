import type { Client } from '../../../client/contract.ts'

type Reader = Pick<Client, 'get'>

/** Objects as they are at one instant, read once: most pods that come together mount the same ones. */
export class InstantObjects {
  readonly #client: Reader
  #at = Number.NaN
  #reader: Reader

  constructor(client: Reader) {
    this.#client = client
    this.#reader = client
  }

  /** @param at virtual ms */
  now(at: number): Reader {
    if (this.#at !== at) {
      this.#at = at
      this.#reader = remembering(this.#client)
    }
    return this.#reader
  }
}

function remembering(client: Reader): Reader {
  const known = new Map<string, unknown>()
  return {
    get(kind, name, namespace) {
      const key = `${kind}/${namespace}/${name}`
      if (!known.has(key)) known.set(key, client.get(kind, name, namespace))
      return known.get(key) as ReturnType<typeof client.get<typeof kind>>
    },
  }
}
