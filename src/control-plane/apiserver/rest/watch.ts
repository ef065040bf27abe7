import type { OutsideOutcome, ServerWatchEvent, Watch } from '../../../api/request.ts'
import { expired, failure, methodNotAllowed, unknownError } from '../../../api/status.ts'
import { type Answer, isStatus, type Status } from '../../../api/types.ts'
import type { Timer } from '../../../sim/clock.ts'
import { EtcdError, type EtcdEvent } from '../../etcd/contract.ts'
import type { Call } from '../contract.ts'
import { ConversionFailure, NeedsOutside } from '../outside.ts'
import type { Cacher } from '../storage/cacher.ts'
import type { Dispatcher } from '../storage/dispatcher.ts'
import type { Filter } from '../storage/filter.ts'
import { eventFor, type Watcher } from '../storage/watchers.ts'
import { parseResourceVersion, validateListOptions } from '../validation/list-options.ts'
import { presented } from './answer.ts'
import { filterOf } from './filter.ts'

/** How often a watcher that allows bookmarks gets one, ms. Source: storage/cacher/cacher.go bookmarkFrequency */
const BOOKMARK_FREQUENCY_MS = 60_000
/** The last bookmark comes this long before the end, ms. Source: cacher/cache_watcher.go nextBookmarkTime */
const LAST_BOOKMARK_MS = 2000

/** What a negative timeout comes to. */
const LATE = failure(500, 'InternalError', 'context deadline exceeded')

export interface WatchParts {
  readonly dispatcher: (onlooker: boolean) => Dispatcher
  /** Open watches; the server ends them when it stops. */
  readonly open: Set<OpenWatch>
}

export interface OpenWatch extends Watch {
  /** The server closes the watch. */
  end(): void
}

/**
 * Opens a watch. What the options get wrong is refused; a revision that is gone is an ERROR event on the stream.
 * Source: storage/cacher/cacher.go Watch, endpoints/handlers/get.go ListResource
 */
export function watch(
  call: Call,
  parts: WatchParts,
  onEvent: (event: ServerWatchEvent) => void,
  onEnd: (() => void) | undefined,
): Answer<Watch> {
  const { verbs, virtual } = call.endpoint.definition
  if (virtual || verbs?.includes('watch') === false) return methodNotAllowed()
  const wrong = validateListOptions(call.options, true)
  if (wrong !== undefined) return wrong
  const filter = filterOf(call)
  if (isStatus(filter)) return filter
  const version = parseResourceVersion(call.options.resourceVersion, 'watch')
  if (isStatus(version)) return version
  return new ServedWatch(call, parts, filter, version, onEvent, onEnd)
}

class ServedWatch implements OpenWatch {
  readonly #call: Call
  readonly #parts: WatchParts
  readonly #onlooker: boolean
  readonly #cacher: Cacher
  readonly #watcher: Watcher
  readonly #onEvent: (event: ServerWatchEvent) => void
  readonly #onEnd: (() => void) | undefined
  readonly #until: number
  #leave: () => void = () => {}
  #timeout: Timer | undefined
  #bookmark: Timer | undefined

  constructor(
    call: Call,
    parts: WatchParts,
    filter: Filter,
    version: number,
    onEvent: (event: ServerWatchEvent) => void,
    onEnd: (() => void) | undefined,
  ) {
    this.#call = call
    this.#parts = parts
    this.#onlooker = call.request.onlooker === true
    this.#cacher = call.endpoint.storage!.cacher.start()
    this.#onEvent = viewing(call, onEvent)
    this.#onEnd = onEnd
    const { timeoutSeconds } = call.options
    this.#until = timeoutSeconds ? call.server.clock.now() + timeoutSeconds * 1000 : Number.POSITIVE_INFINITY
    const initial = (timeoutSeconds ?? 0) < 0 ? LATE : this.#initialEvents(filter, version)
    const failed = isStatus(initial)
    this.#watcher = {
      after: Math.max(version, call.server.revision),
      send: this.#onEvent,
      backlog: [...(failed ? [{ type: 'ERROR', status: initial } as const] : initial)],
      closed: false,
    }
    if (!failed) this.#leave = this.#cacher.watch(filter, this.#watcher, this.#onlooker)
    parts.open.add(this)
    parts.dispatcher(this.#onlooker).defer(() => this.#start(failed))
    if (timeoutSeconds && timeoutSeconds > 0) this.#timeout = this.#after(timeoutSeconds * 1000, () => this.end())
    if (call.options.allowWatchBookmarks && this.#onlooker) this.#armBookmark()
  }

  stop(): void {
    this.#watcher.closed = true
    this.#leave()
    this.#parts.open.delete(this)
    this.#call.server.clock.clearTimeout(this.#timeout)
    this.#call.server.clock.clearTimeout(this.#bookmark)
  }

  end(): void {
    if (this.#watcher.closed) return
    this.stop()
    this.#onEnd?.()
  }

  /** What came before the first event of its own, then whatever was committed since. */
  #start(failed: boolean): void {
    const backlog = this.#watcher.backlog ?? []
    for (const event of backlog) if (!this.#watcher.closed) this.#onEvent(event)
    this.#watcher.backlog = undefined
    if (failed) this.end()
  }

  #initialEvents(filter: Filter, version: number): readonly ServerWatchEvent[] | Status {
    const { options, server } = this.#call
    if (options.sendInitialEvents === false && version === 0) return []
    if (version === 0 || options.sendInitialEvents === true) {
      const added = this.#cacher.list(filter).map((object) => ({ type: 'ADDED', object }) as const)
      if (options.sendInitialEvents !== true || !options.allowWatchBookmarks) return added
      return [...added, { type: 'BOOKMARK', resourceVersion: String(server.revision), initialEventsEnd: true }]
    }
    return version >= this.#cacher.revision ? [] : this.#missed(filter, version)
  }

  /** What happened between the given revision and now. */
  #missed(filter: Filter, version: number): readonly ServerWatchEvent[] | Status {
    const events: ServerWatchEvent[] = []
    const collect = (event: EtcdEvent) => {
      const { value: object, modRevision: revision } = event.kv
      const previous = event.previous?.value
      const type = event.type === 'DELETE' ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED'
      const told = eventFor(filter, { type, revision, object, previous })
      if (told !== undefined) events.push(told)
    }
    try {
      this.#call.server.etcd.watch(this.#call.endpoint.storage!.prefix, version, collect)()
      return events
    } catch (error) {
      if (!(error instanceof EtcdError) || error.code !== 'compacted') throw error
      return expired('The resourceVersion for the provided watch is too old.')
    }
  }

  #armBookmark(): void {
    const left = this.#until - this.#call.server.clock.now()
    const last = left - LAST_BOOKMARK_MS
    const delay = Math.min(BOOKMARK_FREQUENCY_MS, last)
    if (delay <= 0) return
    this.#bookmark = this.#after(delay, () => {
      const told = this.#parts.dispatcher(this.#onlooker).toldUpTo(this.#call.server.revision)
      const resourceVersion = String(Math.max(told, this.#watcher.after))
      if (this.#watcher.backlog === undefined) this.#onEvent({ type: 'BOOKMARK', resourceVersion })
      this.#armBookmark()
    })
  }

  #after(ms: number, callback: () => void): Timer {
    const { clock } = this.#call.server
    return this.#onlooker ? clock.observe(callback, ms) : clock.setTimeout(callback, ms)
  }
}

/** Objects as the endpoint shows them. */
function viewing(call: Call, onEvent: (event: ServerWatchEvent) => void): (event: ServerWatchEvent) => void {
  const { endpoint, request } = call
  const { view } = endpoint.definition
  if (view === undefined) return onEvent
  if (view.outside) return (event) => onEvent(converted(call, event, request.outside))
  return (event) => onEvent('object' in event ? { type: event.type, object: presented(endpoint, event.object) } : event)
}

/** An event that a conversion webhook has a part in: told now, told when it has answered, or told that it failed. */
function converted(
  call: Call,
  event: ServerWatchEvent,
  outcomes: readonly OutsideOutcome[] | undefined,
): ServerWatchEvent {
  if (!('object' in event)) return event
  const { server, endpoint } = call
  try {
    const object = server.during(outcomes, () => presented(endpoint, event.object))
    return { type: event.type, object }
  } catch (error) {
    if (error instanceof ConversionFailure) return { type: 'ERROR', status: unknownError(error.message) }
    if (!(error instanceof NeedsOutside)) throw error
    const resume = (more: readonly OutsideOutcome[]) => converted(call, event, [...(outcomes ?? []), ...more])
    return { type: 'PENDING', outside: error.calls, resume }
  }
}
