import { asksForReset, decodeEntries, type Managed, NOBODY } from '../../../api/managedfields/entries.ts'
import { sameManagers } from '../../../api/managedfields/field-manager.ts'
import { History, historyOf } from '../../../api/managedfields/history.ts'
import type { KubernetesObject } from '../../../api/types.ts'
import type { Call } from '../contract.ts'
import { presented } from '../rest/answer.ts'
import { managedTypeOf } from './managed-types.ts'
import { managerName } from './manager-name.ts'

/**
 * Notes who writes what. Before admission and strategies: what those fill in belongs to nobody.
 * Source: managedfields/internal/fieldmanager.go Update, decodeLiveOrNew
 */
export function recordCreate(call: Call, object: KubernetesObject): History {
  const given = call.request.wire === undefined ? undefined : givenEntries(object)
  return noted(call, given === undefined ? undefined : History.of(given), undefined, object)
}

export function recordUpdate(call: Call, object: KubernetesObject, live: KubernetesObject): History | undefined {
  const { request } = call
  const known = historyOf(live)
  // A sub-resource has no say in the managed fields of its object.
  const given = request.wire === undefined || request.resource.subresource ? undefined : givenEntries(object)
  if (given === undefined) return known === undefined ? undefined : noted(call, known, live, object)
  return given === NOBODY ? undefined : noted(call, History.of(given), live, object)
}

function noted(
  call: Call,
  previous: History | undefined,
  before: KubernetesObject | undefined,
  after: KubernetesObject,
): History {
  const { server, endpoint, request } = call
  const history = History.after(previous, {
    type: managedTypeOf(server, endpoint, request.resource.subresource),
    manager: managerName(call),
    now: server.clock.now(),
    before: before === undefined ? undefined : presented(endpoint, before),
    after: withoutEntries(presented(endpoint, after)),
  })
  server.pendingWrites.add(history)
  return history
}

/** What the request says itself; undefined where it says nothing that can be read. */
function givenEntries({ metadata }: KubernetesObject): Managed | undefined {
  const entries = metadata.managedFields
  if (entries === undefined) return undefined
  if (asksForReset(entries)) return NOBODY
  try {
    const managed = decodeEntries(entries)
    return managed.managers.size > 0 ? managed : undefined
  } catch {
    return undefined
  }
}

export function withoutEntries<T extends KubernetesObject>(object: T): T {
  if (object.metadata?.managedFields === undefined) return object
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** Whether a write leaves everything as it is but for the times of managers. Source: endpoints/handlers/fieldmanager/equality.go */
export function sameHistory(a: History | undefined, b: History | undefined): boolean {
  return a === b || sameManagers(a?.managed ?? NOBODY, b?.managed ?? NOBODY)
}
