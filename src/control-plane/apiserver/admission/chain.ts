import type { AdmissionPlugin, Endpoint, Operation } from '../contract.ts'

/** The plug-ins that concern one kind of write. */
export interface Links {
  readonly mutating: readonly AdmissionPlugin[]
  readonly validating: readonly AdmissionPlugin[]
}

/** The plug-ins in their order. Most concern few resources: who is asked about what is found once. */
export class AdmissionChain {
  readonly plugins: readonly AdmissionPlugin[]
  readonly #links = new WeakMap<Endpoint, Map<Operation, Links>>()

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.plugins = plugins
  }

  links(endpoint: Endpoint, operation: Operation): Links {
    let known = this.#links.get(endpoint)
    if (known === undefined) {
      known = new Map()
      this.#links.set(endpoint, known)
    }
    let links = known.get(operation)
    if (links === undefined) {
      links = this.#find(endpoint, operation)
      known.set(operation, links)
    }
    return links
  }

  #find({ groupResource: { group, resource } }: Endpoint, operation: Operation): Links {
    const name = group === '' ? resource : `${resource}.${group}`
    const concerned = this.plugins.filter(
      ({ resources, operations = WRITES }) =>
        operations.includes(operation) && (resources === undefined || resources.includes(name)),
    )
    return {
      mutating: concerned.filter(({ admit }) => admit !== undefined),
      validating: concerned.filter(({ validate }) => validate !== undefined),
    }
  }
}

const WRITES: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE']
