import type { KubernetesObject } from '../api/types.ts'
import type { Input } from '../cluster/inputs.ts'
import type { TargetRequest } from './target.ts'

/** Something that a step did to the cluster from outside. */
export interface Deed {
  /** ms since the epoch. */
  readonly at: number
  /** How many changes of objects had been recorded by then: what happened at the same instant has an order too. */
  readonly order: number
  /** `patch deployments shop/web`, `node worker-1 fails` */
  readonly what: string
  readonly type: 'write' | 'fault'
  /** Names of the objects it was done to. */
  readonly names: readonly string[]
  /** Of which resource they are: `deployments`. */
  readonly resource: string
}

/** One step of the scenario: when it ran and what it did. */
export interface StepSpan {
  readonly index: number
  /** `When node "worker-1" fails`; without the keyword where only the text is known. */
  readonly text: string
  /** How many changes of objects had been recorded when it began. */
  readonly order: number
  /** ms since the epoch; undefined while there was no cluster. */
  readonly from?: number
  /** Undefined for the step that failed, and for what a step asks for before it has ended. */
  readonly to?: number
  readonly deeds: readonly Deed[]
}

type Open = { -readonly [K in keyof StepSpan]: StepSpan[K] } & { deeds: Deed[] }

/** What the scenario's steps did, and when: where to look for causes. */
export class Story {
  /** What the words of the step that runs stand for: objects, Pods, texts. */
  words: readonly unknown[] = []
  readonly #spans: Open[] = []
  readonly #now: () => number | undefined
  readonly #order: () => number

  /**
   * @param now ms since the epoch; undefined while there is no cluster
   * @param order how many changes of objects have been recorded
   */
  constructor(now: () => number | undefined, order: () => number) {
    this.#now = now
    this.#order = order
  }

  get steps(): readonly StepSpan[] {
    return this.#spans
  }

  begin(text: string): void {
    const from = this.#now()
    this.#spans.push({
      index: this.#spans.length,
      text,
      order: this.#order(),
      deeds: [],
      ...(from === undefined ? {} : { from }),
    })
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
    this.#did(writeDeed(request))
  }

  /** Something came into the cluster from outside. What only looks on is no deed. */
  tell(input: Input): void {
    this.#did(deedOf(input))
  }

  #did(deed: Done | undefined): void {
    const at = this.#now()
    if (at !== undefined && deed !== undefined) this.#spans.at(-1)?.deeds.push({ at, order: this.#order(), ...deed })
  }
}

type Done = Omit<Deed, 'at' | 'order'>

const fault = (resource: string, what: string, ...names: string[]): Done => ({ type: 'fault', what, names, resource })
const toNode = (what: string, ...names: string[]) => fault('nodes', what, ...names)

function deedOf(input: Input): Done | undefined {
  switch (input.type) {
    case 'request':
      return writeDeed(input.request)
    case 'component': {
      const { name, host, action } = input
      return toNode(
        `${name}${host === undefined ? '' : ` of ${host}`} ${action}`,
        ...(host === undefined ? [] : [host]),
      )
    }
    case 'node':
      return toNode(`node ${input.name} ${input.fault}`, input.name)
    case 'pressure':
      return toNode(`${input.of} pressure ${input.change} on node ${input.node}`, input.node)
    case 'link':
      return toNode(`network between ${input.a} and ${input.b} ${input.state}`, input.a, input.b)
    case 'container':
      return fault(
        'pods',
        `container ${input.container} of Pod ${input.pod} exits with code ${input.exitCode}`,
        input.pod,
      )
    case 'probe':
      return fault('pods', `${input.probe} probe of Pod ${input.pod}: ${input.outcome}`, input.pod)
    case 'load': {
      const { from, url, perSecond } = input
      const who = 'pod' in from ? from.pod : 'host' in from ? from.host : from.outside
      return fault('services', `${who} sends ${perSecond} requests a second${url && ` to ${url}`}`, serviceOf(url))
    }
    case 'shell':
      return toNode(`on ${input.host}: ${input.line}`, input.host)
    case 'file':
      return toNode(`${input.path} on ${input.host} is ${input.content === null ? 'removed' : 'written'}`, input.host)
    case 'cloud':
      return fault('', `cloud: ${JSON.stringify(input.action)}`)
    default:
      return undefined
  }
}

/** The Service that an address names, if any. */
const serviceOf = (url: string) => /^(?:\w+:\/\/)?([a-z][-a-z0-9]*)/.exec(url)?.[1] ?? ''

function writeDeed({ verb, resource, namespace, name: asked, body }: TargetRequest): Done {
  const name = asked ?? nameOf(body)
  const path = [namespace, name].filter(Boolean).join('/')
  const plural = resource.subresource === undefined ? resource.resource : `${resource.resource}/${resource.subresource}`
  return {
    type: 'write',
    what: `${verb} ${plural} ${path}`.trimEnd(),
    names: name === undefined ? [] : [name],
    resource: resource.resource,
  }
}

function nameOf(body: unknown): string | undefined {
  return (body as Partial<KubernetesObject> | undefined)?.metadata?.name
}
