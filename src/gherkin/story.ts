import type { KubernetesObject } from '../api/types.ts'
import type { Input } from '../cluster/inputs.ts'
import type { TargetRequest } from './target.ts'

/** Something that a step did to the cluster from outside. */
export interface Deed {
  /** ms since the epoch. */
  readonly at: number
  /** `patch deployments shop/web`, `node worker-1 fails` */
  readonly what: string
  readonly type: 'write' | 'fault'
  /** Names of the objects it was done to. */
  readonly names: readonly string[]
}

/** One step of the scenario: when it ran and what it did. */
export interface StepSpan {
  readonly index: number
  /** `When node "worker-1" fails`; without the keyword where only the text is known. */
  readonly text: string
  /** ms since the epoch; undefined while there was no cluster. */
  readonly from?: number
  /** Undefined for the step that failed, and for what a step asks for before it has ended. */
  readonly to?: number
  readonly deeds: readonly Deed[]
}

type Open = { -readonly [K in keyof StepSpan]: StepSpan[K] } & { deeds: Deed[] }

/** What the scenario's steps did, and when: where to look for causes. */
export class Story {
  readonly #spans: Open[] = []
  readonly #now: () => number | undefined

  /** @param now ms since the epoch; undefined while there is no cluster */
  constructor(now: () => number | undefined) {
    this.#now = now
  }

  get steps(): readonly StepSpan[] {
    return this.#spans
  }

  begin(text: string): void {
    const from = this.#now()
    this.#spans.push({ index: this.#spans.length, text, deeds: [], ...(from === undefined ? {} : { from }) })
  }

  /** The step that ran last is over, and all was well. */
  end(): void {
    const span = this.#spans.at(-1)
    const to = this.#now()
    if (span === undefined || to === undefined) return
    span.from ??= span.deeds[0]?.at ?? to
    span.to = to
  }

  /** A request that changes something was sent. */
  wrote(request: TargetRequest): void {
    const at = this.#now()
    if (at !== undefined) this.#spans.at(-1)?.deeds.push(writeDeed(request, at))
  }

  /** Something came into the cluster from outside. What only looks on is no deed. */
  tell(input: Input): void {
    const at = this.#now()
    const deed = at === undefined ? undefined : deedOf(input, at)
    if (deed !== undefined) this.#spans.at(-1)?.deeds.push(deed)
  }
}

function deedOf(input: Input, at: number): Deed | undefined {
  const fault = (what: string, ...names: string[]): Deed => ({ at, type: 'fault', what, names })
  switch (input.type) {
    case 'request':
      return writeDeed(input.request, at)
    case 'component':
      return fault(
        `${input.name}${input.host === undefined ? '' : ` of ${input.host}`} ${input.action}`,
        input.host ?? '',
      )
    case 'node':
      return fault(`node ${input.name} ${input.fault}`, input.name)
    case 'pressure':
      return fault(`${input.of} pressure ${input.change} on node ${input.node}`, input.node)
    case 'link':
      return fault(`network between ${input.a} and ${input.b} ${input.state}`, input.a, input.b)
    case 'container':
      return fault(`container ${input.container} of Pod ${input.pod} exits with code ${input.exitCode}`, input.pod)
    case 'probe':
      return fault(`${input.probe} probe of Pod ${input.pod}: ${input.outcome}`, input.pod)
    case 'shell':
      return fault(`on ${input.host}: ${input.line}`, input.host)
    case 'file':
      return fault(`${input.path} on ${input.host} is ${input.content === null ? 'removed' : 'written'}`, input.host)
    case 'cloud':
      return fault(`cloud: ${JSON.stringify(input.action)}`)
    default:
      return undefined
  }
}

function writeDeed({ verb, resource, namespace, name: asked, body }: TargetRequest, at: number): Deed {
  const name = asked ?? nameOf(body)
  const path = [namespace, name].filter(Boolean).join('/')
  const plural = resource.subresource === undefined ? resource.resource : `${resource.resource}/${resource.subresource}`
  return { at, type: 'write', what: `${verb} ${plural} ${path}`.trimEnd(), names: name === undefined ? [] : [name] }
}

function nameOf(body: unknown): string | undefined {
  return (body as Partial<KubernetesObject> | undefined)?.metadata?.name
}
