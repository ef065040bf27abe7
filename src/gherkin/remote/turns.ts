import { rfc3339Micro } from '../../api/time.ts'
import { isStatus, type KubernetesObject } from '../../api/types.ts'
import type { Connection } from './connection.ts'

/** On a scenario's Lease: whether it shares the cluster with others, or needs it for itself. */
const TURN = 'kubedrill.io/turn'
const NAME = 'kubedrill'
const RENEW_EVERY_MS = 15_000
/** Who has not renewed its turn for so long (by our clock, since we look) is gone: killed, or cut off. */
const GONE_AFTER_MS = 60_000
const LOOK_EVERY_MS = 500

interface TurnLease extends KubernetesObject {
  readonly spec?: { readonly renewTime?: string }
}

const RESOURCE = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' }

/**
 * The turn of a scenario on a cluster that others use too: those that keep to their namespaces go on beside each other, one that
 * changes what all see (a node is drained, a class made) waits until it is alone, and the next wait for it. First come, first
 * served, by the order in which their Leases were made. Whoever is killed loses its turn after a minute.
 */
export class Turn {
  readonly #connection: Connection
  readonly #namespace: string
  #timer: NodeJS.Timeout | undefined

  private constructor(connection: Connection, namespace: string) {
    this.#connection = connection
    this.#namespace = namespace
  }

  /** @returns undefined where no Leases may be made or seen: nobody can be waited for then */
  static async take(connection: Connection, namespace: string, alone: boolean): Promise<Turn | undefined> {
    const turn = new Turn(connection, namespace)
    return (await turn.#begin(alone)) ? turn : undefined
  }

  async end(): Promise<void> {
    clearInterval(this.#timer)
    await this.#connection.send({ verb: 'delete', resource: RESOURCE, namespace: this.#namespace, name: NAME })
  }

  async #begin(alone: boolean): Promise<boolean> {
    const labels = { [TURN]: alone ? 'alone' : 'shared' }
    const metadata = { name: NAME, namespace: this.#namespace, labels }
    const spec = {
      holderIdentity: `kubedrill_${process.pid}`,
      leaseDurationSeconds: GONE_AFTER_MS / 1000,
      renewTime: rfc3339Micro(Date.now()),
    }
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }
    const made = await this.#connection.send({ verb: 'create', resource: RESOURCE, namespace: this.#namespace, body })
    if (isStatus(made.body)) return false
    const order = (made.body as KubernetesObject).metadata.resourceVersion!
    await this.#renew(order)
    this.#timer = setInterval(() => void this.#renew(order), RENEW_EVERY_MS)
    this.#timer.unref()
    return this.#wait(Number(order), alone)
  }

  /** Its place in the order, which the change takes from the resourceVersion, is kept in an annotation. */
  async #renew(order: string): Promise<void> {
    const body = { metadata: { annotations: { [TURN]: order } }, spec: { renewTime: rfc3339Micro(Date.now()) } }
    const place = { resource: RESOURCE, namespace: this.#namespace, name: NAME }
    await this.#connection.send({ verb: 'patch', ...place, body, patchType: 'application/merge-patch+json' })
  }

  /** What scenarios before have left is still going when they are over: their Pods would be in the way. */
  async #othersAreGone(waitedMs: number): Promise<boolean> {
    const options = { labelSelector: 'kubedrill.io/scenario' }
    const { body } = await this.#connection.send({ verb: 'list', resource: NAMESPACES, options })
    const { items = [] } = (isStatus(body) ? {} : body) as { readonly items?: readonly KubernetesObject[] }
    return waitedMs > GONE_AFTER_MS || !items.some(({ metadata }) => metadata.deletionTimestamp !== undefined)
  }

  async #wait(order: number, alone: boolean): Promise<boolean> {
    const start = Date.now()
    const seen = new Map<string, { readonly renewed: string; readonly at: number }>()
    for (;;) {
      const answer = await this.#connection.send({ verb: 'list', resource: RESOURCE, options: { labelSelector: TURN } })
      if (isStatus(answer.body)) return false
      const others = ((answer.body as { items?: readonly TurnLease[] }).items ?? []).filter(
        ({ metadata }) =>
          orderOf(metadata) < order && (alone || metadata.labels?.[TURN] === 'alone') && !metadata.deletionTimestamp,
      )
      const now = Date.now()
      for (const { metadata, spec } of others) {
        const renewed = spec?.renewTime ?? ''
        if (seen.get(metadata.uid!)?.renewed !== renewed) seen.set(metadata.uid!, { renewed, at: now })
      }
      const isNext = others.every(({ metadata }) => now - seen.get(metadata.uid!)!.at > GONE_AFTER_MS)
      if (isNext && (!alone || (await this.#othersAreGone(now - start)))) return true
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
}

const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' }

const orderOf = ({ annotations, resourceVersion }: KubernetesObject['metadata']): number =>
  Number(annotations?.[TURN] ?? resourceVersion)
