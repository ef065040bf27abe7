import type { ApiResponse, OutsideCall, UserInfo } from '../../../api/request.ts'
import { isStatus, type KubernetesObject, type Status } from '../../../api/types.ts'
import type { Call, Endpoint, Server } from '../contract.ts'
import { NeedsOutside } from '../outside.ts'
import type { StrategyContext } from '../registry/contract.ts'

/** The response that carries what was done, or the Status that stands in its place. */
export function respond(call: Call, code: number, body: KubernetesObject | Status): ApiResponse {
  const answered = isStatus(body) ? (body.code ?? code) : code
  const shown = isStatus(body) ? body : presented(call.endpoint, body)
  const retryAfterSeconds = isStatus(body) ? body.details?.retryAfterSeconds : undefined
  if (call.warnings.length === 0 && retryAfterSeconds === undefined) return { code: answered, body: shown }
  return {
    code: answered,
    body: shown,
    ...(call.warnings.length > 0 && { warnings: call.warnings }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  }
}

const views = new WeakMap<Endpoint, WeakMap<KubernetesObject, KubernetesObject>>()

/** A stored object as the endpoint shows it: itself, or its view under another group. Views are remembered. */
export function presented(endpoint: Endpoint, stored: KubernetesObject): KubernetesObject {
  const { view } = endpoint.definition
  if (view === undefined) return stored
  if (view.outside) return view.fromStored(stored)
  let known = views.get(endpoint)
  if (known === undefined) {
    known = new WeakMap()
    views.set(endpoint, known)
  }
  let shown = known.get(stored)
  if (shown === undefined) {
    shown = view.fromStored(stored)
    known.set(stored, shown)
  }
  return shown
}

/** Objects of a list: what is needed of the world outside is asked for all of them at once. @throws NeedsOutside */
export function presentedAll(endpoint: Endpoint, stored: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const { view } = endpoint.definition
  if (view === undefined) return stored
  if (!view.outside) return stored.map((object) => presented(endpoint, object))
  const missing: OutsideCall[] = []
  const shown = stored.map((object) => {
    try {
      return presented(endpoint, object)
    } catch (error) {
      if (!(error instanceof NeedsOutside)) throw error
      missing.push(...error.calls)
      return object
    }
  })
  if (missing.length > 0) throw new NeedsOutside(missing)
  return shown
}

/** Before something is written: what is answered afterwards can be converted. @throws ConversionFailure, NeedsOutside */
export function assurePresentable({ endpoint }: Call, stored: KubernetesObject): void {
  if (endpoint.definition.view?.outside) presented(endpoint, stored)
}

/** What strategies may ask of the world. */
export function strategyContext(call: Call): StrategyContext {
  return new Context(call.server, call.user, call.options.dryRun === true)
}

class Context implements StrategyContext {
  readonly userInfo: UserInfo
  readonly #server: Server
  readonly #dryRun: boolean

  constructor(server: Server, user: UserInfo, dryRun: boolean) {
    this.#server = server
    this.userInfo = user
    this.#dryRun = dryRun
  }

  get user(): string {
    return this.userInfo.name
  }

  get serviceCIDR(): string {
    return this.#server.serviceCIDR
  }

  now(): number {
    return this.#server.clock.now()
  }

  get(kind: string, name: string, namespace?: string): KubernetesObject | undefined {
    return this.#server.read(kind, name, namespace)
  }

  list(kind: string, namespace?: string): readonly KubernetesObject[] {
    return this.#server.readAll(kind, namespace)
  }

  random(below: number): number {
    return (this.#dryRun ? this.#server.dryRunRandom : this.#server.random).int(below)
  }
}
