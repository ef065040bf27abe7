import { type Calls, refuse } from './calls.ts'
import type { CloudAnswer, Instances, Route, Routes } from './contract.ts'

/** The route table of the account's network. */
export class RouteTable implements Routes {
  readonly #calls: Calls
  readonly #instances: Instances
  readonly #byName = new Map<string, Route>()
  readonly #byDestination = new Map<string, Route>()

  constructor(calls: Calls, instances: Instances) {
    this.#calls = calls
    this.#instances = instances
  }

  list(): readonly Route[] {
    return [...this.#byName.values()]
  }

  describe(): CloudAnswer<readonly Route[]> {
    return this.#calls.fault('DescribeRoute') ?? this.list()
  }

  create(route: Route): CloudAnswer<Route> {
    const { name, destination, instance } = route
    const refused =
      this.#calls.fault('CreateRoute', name, destination, instance, this.#instances.get(instance)?.name ?? '') ??
      this.#calls.exceeds('routes', this.#byName.size + 1)
    if (refused) return refused
    if (this.#instances.get(instance)?.state === 'terminated' || this.#instances.get(instance) === undefined)
      return refuse('NotFound', `there is no instance ${instance}`)
    const other = this.#byName.get(name) ?? this.#byDestination.get(destination)
    if (other !== undefined) return refuse('AlreadyExists', `route ${other.name} leads to ${other.destination}`)
    this.#byName.set(name, route)
    this.#byDestination.set(destination, route)
    this.#calls.changed('route', name)
    return route
  }

  delete(name: string): CloudAnswer<undefined> {
    const refused = this.#calls.fault('DeleteRoute', name)
    if (refused) return refused
    const route = this.#byName.get(name)
    if (route === undefined) return refuse('NotFound', `there is no route ${name}`)
    this.#byName.delete(name)
    this.#byDestination.delete(route.destination)
    this.#calls.changed('route', name)
    return undefined
  }
}
