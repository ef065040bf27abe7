import type { ServerResponse } from 'node:http'
import type { ApiRequest, ServerWatchEvent, Watch } from '../api/request.ts'
import { isStatus, type KubernetesObject } from '../api/types.ts'
import type { ServedKind } from './contract.ts'
import type { Door } from './door.ts'
import type { Exchange } from './exchange.ts'
import type { Representation } from './negotiate.ts'
import { callOutside } from './outside.ts'
import { unstreamable } from './respond.ts'
import { includeObject } from './tables.ts'

type ToldEvent = Exclude<ServerWatchEvent, { readonly type: 'PENDING' }>

/** What may wait for a client that does not read; the bytes are shared with all other watchers. */
const MAX_WAITING = 64 * 1024 * 1024
/** A client that has read nothing for so long (wall ms) while more than MAX_WAITING waits for it is cut off. */
const MAX_SILENCE = 10_000

/** A watch: events as lines of JSON until the client goes or the API server ends it. */
export async function answerWatch(
  door: Door,
  exchange: Exchange,
  request: ApiRequest,
  kind: ServedKind,
  representation: Representation,
): Promise<void> {
  if (representation.format === 'yaml') return unstreamable(exchange)
  const frames = frameMaker(door, exchange, kind, representation)
  const stream = new FrameStream(exchange)
  const events = new EventsInOrder((event) => {
    stream.write(frames(event))
    if (event.type === 'ERROR') stream.end()
  })
  const watch = await door.options.world.inject(() =>
    door.call((api) =>
      api.watch(
        { ...request, onlooker: true, outside: [] },
        (event) => events.tell(event),
        () => events.afterwards(() => stream.end()),
      ),
    ),
  )
  if (watch === undefined) return door.refuse(exchange)
  if (isStatus(watch)) return exchange.status(watch)
  stream.open(watch)
}

/** Some events wait for a conversion webhook, and all behind them for those. */
class EventsInOrder {
  readonly #tell: (event: ToldEvent) => void
  #waiting: Promise<void> | undefined

  constructor(tell: (event: ToldEvent) => void) {
    this.#tell = tell
  }

  tell(event: ServerWatchEvent): void {
    if (event.type !== 'PENDING') this.afterwards(() => this.#tell(event))
    else {
      const told = converted(event)
      const before = this.#waiting
      this.#wait(Promise.resolve(before).then(async () => this.#tell(await told)))
    }
  }

  afterwards(work: () => void): void {
    if (this.#waiting === undefined) work()
    else this.#wait(this.#waiting.then(work))
  }

  #wait(done: Promise<void>): void {
    this.#waiting = done
    void done.then(() => {
      if (this.#waiting === done) this.#waiting = undefined
    })
  }
}

async function converted(event: ServerWatchEvent): Promise<ToldEvent> {
  let next = event
  while (next.type === 'PENDING') next = next.resume(await Promise.all(next.outside.map(callOutside)))
  return next
}

function frameMaker(
  door: Door,
  exchange: Exchange,
  kind: ServedKind,
  { as, version = 'v1' }: Representation,
): (event: ToldEvent) => Buffer {
  const { encoder, tables } = door
  const include = includeObject(exchange.query)!
  let first = true
  return (event) => {
    if (event.type === 'ERROR') return encoder.frame('ERROR', event.status)
    const object =
      event.type === 'BOOKMARK' ? bookmark(kind, event.resourceVersion, event.initialEventsEnd) : event.object
    if (as === undefined) return encoder.frame(event.type, object)
    if (as !== 'Table') return line(event.type, encoder.metadata(object, version))
    if (event.type === 'BOOKMARK') return line('BOOKMARK', bookmarkTable(object, version))
    const table = tables.event(kind, version, object, include, door.options.world.now(), first)
    first = false
    return line(event.type, table)
  }
}

function line(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`{"type":"${type}","object":`), body, Buffer.from('}\n')])
}

/** Source: apiserver/pkg/storage/cacher/cacher.go newBookmark: an empty object of the kind with only its version set */
function bookmark(kind: ServedKind, resourceVersion: string, initialEventsEnd: boolean | undefined): KubernetesObject {
  const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}
  return {
    kind: kind.kind,
    apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
    metadata: { resourceVersion, ...annotations } as unknown as KubernetesObject['metadata'],
  }
}

/** Source: apiserver/pkg/endpoints/handlers/response.go asTable: the annotation is kept in the row's object */
function bookmarkTable(object: KubernetesObject, version: string): Buffer {
  const partial = { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata }
  const table = {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: { resourceVersion: object.metadata.resourceVersion },
    columnDefinitions: null,
    rows: [{ cells: [], object: partial }],
  }
  return Buffer.from(JSON.stringify(table))
}

/** Frames on their way to one client. A slow client holds up nobody: its frames wait, and when too many do it is cut off. */
class FrameStream {
  readonly #exchange: Exchange
  #watch: Watch | undefined
  #response: ServerResponse | undefined
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #lastRead = 0
  #blocked = false
  #ended = false
  #scheduled = false

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  open(watch: Watch): void {
    this.#watch = watch
    const response = this.#exchange.start(200, 'application/json') as ServerResponse
    this.#response = response
    this.#lastRead = performance.now()
    response.on('close', () => this.#stop())
    response.on('drain', () => {
      this.#lastRead = performance.now()
      this.#blocked = false
      this.#flush()
    })
    response.flushHeaders()
    this.#flush()
  }

  write(frame: Buffer): void {
    if (this.#ended) return
    this.#waiting.push(frame)
    this.#waitingBytes += frame.length
    this.#flushSoon()
    if (this.#waitingBytes > MAX_WAITING && performance.now() - this.#lastRead > MAX_SILENCE) {
      this.#stop()
      this.#response?.destroy()
    }
  }

  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#flushSoon()
  }

  /** Once per turn: the events of a slice go out in one write. */
  #flushSoon(): void {
    if (this.#scheduled || this.#response === undefined) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    const response = this.#response!
    if (!this.#blocked && this.#waiting.length > 0) {
      const frames = this.#waiting
      this.#waiting = []
      this.#waitingBytes = 0
      this.#blocked = !response.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames))
    }
    this.#finish()
  }

  #finish(): void {
    if (this.#ended && !this.#blocked && this.#waiting.length === 0) this.#response?.end()
  }

  #stop(): void {
    this.#ended = true
    this.#waiting = []
    this.#watch?.stop()
  }
}
