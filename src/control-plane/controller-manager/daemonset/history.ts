import { selectorFromLabelSelector } from '../../../api/labels.ts'
import { controllerOf, newControllerRef } from '../../../api/meta.ts'
import { hasReason } from '../../../api/status.ts'
import { type ControllerRevision, type DaemonSet, isStatus, type Pod, type Status } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import { claim } from '../claim.ts'
import { revisionData, templateOf } from '../revision-data.ts'
import { sameTemplate, templateHash } from '../template-hash.ts'
import { REVISION_LABEL } from './template.ts'

/** The templates a DaemonSet has had, as ControllerRevisions. Source: pkg/controller/daemon/update.go */
export interface History {
  /** The hash label of the newest. */
  readonly hash: string
  readonly old: readonly ControllerRevision[]
}

/** Its own, and those that nobody has and its selector meets. Source: update.go controlledHistories */
export function claimRevisions(client: Client, daemonSet: DaemonSet): readonly ControllerRevision[] | Status {
  const { namespace, uid } = daemonSet.metadata
  const selector = selectorFromLabelSelector(daemonSet.spec.selector)
  const owned = client.list('ControllerRevision', { namespace: namespace!, ownerUid: uid! })
  const orphans = selector.nothing
    ? []
    : client
        .list('ControllerRevision', { namespace: namespace!, labelSelector: selector.text })
        .filter((revision) => controllerOf(revision) === undefined)
  const { claimed, failed } = claim(client, 'ControllerRevision', daemonSet, selector, [...owned, ...orphans])
  return failed ?? claimed
}

/** Source: update.go constructHistory */
export function constructHistory(
  client: Client,
  daemonSet: DaemonSet,
  revisions: readonly ControllerRevision[],
): History | Status {
  const isCurrent = (revision: ControllerRevision) => sameTemplate(templateOf(revision), daemonSet.spec.template)
  const old = revisions.filter((revision) => !isCurrent(revision))
  const newest = Math.max(0, ...old.map(({ revision }) => revision)) + 1
  const current = revisions.filter(isCurrent).sort((a, b) => b.revision - a.revision)[0]
  if (current === undefined) return snapshot(client, daemonSet, newest, old)
  if (current.revision < newest) {
    const { name, namespace } = current.metadata
    const answer = client.update('ControllerRevision', name, namespace, (now) => ({ ...now, revision: newest }))
    if (isStatus(answer)) return answer
  }
  return { hash: current.metadata.labels?.[REVISION_LABEL] ?? current.metadata.name, old }
}

/** Source: update.go snapshot */
function snapshot(
  client: Client,
  daemonSet: DaemonSet,
  revision: number,
  old: readonly ControllerRevision[],
): History | Status {
  const { template } = daemonSet.spec
  const { name, namespace, annotations } = daemonSet.metadata
  const hash = templateHash(template, daemonSet.status?.collisionCount)
  const wanted = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      namespace: namespace!,
      labels: { ...template.metadata?.labels, [REVISION_LABEL]: hash },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [newControllerRef(daemonSet)],
    },
    data: revisionData(template),
    revision,
  } as unknown as ControllerRevision
  const answer = client.create(wanted)
  if (!isStatus(answer)) return { hash, old }
  if (!hasReason(answer, 'AlreadyExists')) return answer
  const there = client.get('ControllerRevision', wanted.metadata.name, namespace)
  if (there !== undefined && sameTemplate(templateOf(there), template)) return { hash, old }
  const collided = client.updateStatus('DaemonSet', name, namespace, (now) => ({
    ...now,
    status: { ...now.status!, collisionCount: (now.status?.collisionCount ?? 0) + 1 },
  }))
  return isStatus(collided) ? collided : answer
}

/** Deletes revisions beyond revisionHistoryLimit that no pod is of any more. Source: update.go cleanupHistory */
export function cleanUpHistory(
  client: Client,
  { spec: { revisionHistoryLimit = 10 } }: DaemonSet,
  old: readonly ControllerRevision[],
  pods: () => readonly Pod[],
): Status | undefined {
  let surplus = old.length - revisionHistoryLimit
  if (surplus <= 0) return undefined
  const live = new Set(pods().map(({ metadata }) => metadata.labels?.[REVISION_LABEL]))
  for (const { metadata } of [...old].sort((a, b) => a.revision - b.revision)) {
    if (surplus <= 0) break
    if (live.has(metadata.labels?.[REVISION_LABEL])) continue
    const answer = client.delete('ControllerRevision', metadata.name, metadata.namespace)
    if (isStatus(answer) && answer.reason !== 'NotFound') return answer
    surplus--
  }
  return undefined
}
