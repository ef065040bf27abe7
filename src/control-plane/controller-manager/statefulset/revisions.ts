import { controllerOf, isDeleting, newControllerRef } from '../../../api/meta.ts'
import { failure, hasReason } from '../../../api/status.ts'
import {
  type ControllerRevision,
  isStatus,
  type ObjectMeta,
  type Pod,
  type StatefulSet,
  type Status,
} from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import { goJSON } from '../go-json.ts'
import { revisionData, templateOf } from '../revision-data.ts'
import { safeEncode, sameTemplate } from '../template-hash.ts'
import { podRevision } from './identity.ts'

export interface Revisions {
  readonly all: readonly ControllerRevision[]
  readonly current: ControllerRevision
  readonly update: ControllerRevision
  readonly collisionCount: number
}

/** Oldest first. Source: pkg/controller/history/controller_history.go byRevision */
function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  if (a.revision !== b.revision) return a.revision - b.revision
  const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
  if (left !== right) return left < right ? -1 : 1
  return a.metadata.name < b.metadata.name ? -1 : 1
}

/** The set's own revisions and those it adopts. Source: stateful_set.go adoptOrphanRevisions, history ListControllerRevisions */
export function listRevisions(
  client: Client,
  set: StatefulSet,
  orphans: readonly ControllerRevision[],
): readonly ControllerRevision[] | Status {
  const { namespace, uid } = set.metadata
  const owned = client.list('ControllerRevision', { namespace: namespace!, ownerUid: uid! })
  if (isDeleting(set) || orphans.length === 0) return [...owned].sort(byRevision)
  const adopted: ControllerRevision[] = []
  for (const { metadata } of orphans) {
    const ownerReferences = [...(metadata.ownerReferences ?? []), newControllerRef(set)]
    const patch = { metadata: { uid: metadata.uid, ownerReferences } }
    const answer = client.patch!('ControllerRevision', metadata.name, namespace, patch)
    if (isStatus(answer)) return answer
    adopted.push(answer as ControllerRevision)
  }
  return [...owned, ...adopted].sort(byRevision)
}

export function isOrphanOf(revision: ControllerRevision): boolean {
  return controllerOf(revision) === undefined
}

/** FNV-1 over the data and the collision count, in the letters of generated names. Source: controller_history.go HashControllerRevision */
export function revisionHash(data: ControllerRevision['data'], collisionCount: number): string {
  let hash = 0x811c9dc5
  for (const byte of utf8(`${goJSON(data)}${collisionCount}`)) hash = Math.imul(hash, 0x01000193) ^ byte
  return safeEncode(String(hash >>> 0))
}

function* utf8(text: string): Generator<number> {
  for (const char of text) {
    const code = char.codePointAt(0)!
    if (code < 0x80) yield code
    else if (code < 0x800) yield* [0xc0 | (code >> 6), 0x80 | (code & 63)]
    else if (code < 0x10000) yield* [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)]
    else yield* [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63)]
  }
}

/** Source: stateful_set_utils.go newRevision, history NewControllerRevision */
function newRevision(set: StatefulSet, revision: number, collisionCount: number): ControllerRevision {
  const { name, namespace, annotations } = set.metadata
  const data = revisionData(set.spec.template)
  const hash = revisionHash(data, collisionCount)
  const metadata: ObjectMeta = {
    name: `${name.slice(0, 223)}-${hash}`,
    namespace: namespace!,
    labels: { ...set.spec.template.metadata?.labels, 'controller.kubernetes.io/hash': hash },
    ...(annotations === undefined ? {} : { annotations }),
    ownerReferences: [newControllerRef(set)],
  }
  return { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata, data, revision } as ControllerRevision
}

/** Source: stateful_set_control.go getStatefulSetRevisions */
export function currentAndUpdate(
  client: Client,
  set: StatefulSet,
  all: readonly ControllerRevision[],
): Revisions | Status {
  const { template } = set.spec
  let collisionCount = set.status?.collisionCount ?? 0
  const newest = all.at(-1)
  let update = all.filter((revision) => sameTemplate(templateOf(revision), template)).at(-1)
  if (update === undefined) {
    const created = createRevision(client, set, (newest?.revision ?? 0) + 1, collisionCount)
    if (isStatus(created)) return created
    ;({ revision: update, collisionCount } = created as Exclude<typeof created, Status>)
  } else if (update !== newest) {
    const revision = newest!.revision + 1
    const { name, namespace } = update.metadata
    const answer = client.update('ControllerRevision', name, namespace, (now) => ({ ...now, revision }))
    if (isStatus(answer)) return answer
    update = answer as ControllerRevision
  }
  const current = all.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update
  return { all, current, update, collisionCount }
}

/** A name that is taken by other data is tried again with a higher collision count. Source: controller_history.go CreateControllerRevision */
function createRevision(
  client: Client,
  set: StatefulSet,
  number: number,
  collisionsBefore: number,
): { readonly revision: ControllerRevision; readonly collisionCount: number } | Status {
  for (let collisionCount = collisionsBefore; ; collisionCount++) {
    const wanted = newRevision(set, number, collisionCount)
    const answer = client.create(wanted)
    if (!isStatus(answer)) return { revision: answer as ControllerRevision, collisionCount }
    if (!hasReason(answer, 'AlreadyExists')) return answer
    const { name, namespace } = wanted.metadata
    const there = client.get('ControllerRevision', name, namespace)
    if (there === undefined) return failure(404, 'NotFound', `controllerrevisions.apps "${name}" not found`)
    if (sameTemplate(templateOf(there), set.spec.template)) return { revision: there, collisionCount }
  }
}

/** Deletes the oldest revisions that no pod is of, down to revisionHistoryLimit. Source: stateful_set_control.go truncateHistory */
export function truncateHistory(
  client: Client,
  set: StatefulSet,
  { all, current, update }: Revisions,
  pods: readonly Pod[],
): Status | undefined {
  const live = new Set([current.metadata.name, update.metadata.name, ...pods.map(podRevision)])
  const dead = all.filter(({ metadata }) => !live.has(metadata.name))
  const surplus = dead.length - (set.spec.revisionHistoryLimit ?? 10)
  for (const { metadata } of dead.slice(0, Math.max(0, surplus))) {
    const answer = client.delete('ControllerRevision', metadata.name, metadata.namespace)
    if (isStatus(answer)) return answer
  }
  return undefined
}

/** The set as that revision had it. Source: stateful_set_utils.go ApplyRevision */
export function applyRevision(set: StatefulSet, revision: ControllerRevision): StatefulSet {
  const template = templateOf(revision)
  return template === undefined || template === set.spec.template ? set : { ...set, spec: { ...set.spec, template } }
}
