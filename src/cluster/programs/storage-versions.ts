import { equal } from '../../api/equal.ts'
import { STORAGE_VERSIONS, type StorageVersion, withStorageVersions } from '../../api/storage-versions.ts'
import { isStatus } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import type { KindDefinition } from '../../control-plane/apiserver/registry/contract.ts'
import type { Process } from '../../node/contract.ts'

/** Source: kube-aggregator/pkg/apiserver/apiserver.go, built-in-resources-storage-version-updater */
const LEASE_POLL_MS = 100
const REPORT_MS = 600_000

/** What v1.36 reads besides the version it serves. Source: what a v1.36 server reports; the versions that its scheme knows */
const OLDER: Readonly<Record<string, string>> = {
  'admissionregistration.k8s.io': 'v1beta1',
  'admissionregistration.k8s.io/validatingadmissionpolicies': 'v1beta1 v1alpha1',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': 'v1beta1 v1alpha1',
  'admissionregistration.k8s.io/mutatingadmissionpolicies': 'v1beta1 v1alpha1',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': 'v1beta1 v1alpha1',
  'apiextensions.k8s.io': 'v1beta1',
  'apiregistration.k8s.io': 'v1beta1',
  apps: 'v1beta2 v1beta1',
  'apps/daemonsets': 'v1beta2',
  'apps/replicasets': 'v1beta2',
  autoscaling: 'v1',
  'batch/cronjobs': 'v1beta1',
  'certificates.k8s.io': 'v1beta1',
  'coordination.k8s.io': 'v1beta1',
  'discovery.k8s.io': 'v1beta1',
  'flowcontrol.apiserver.k8s.io': 'v1beta3 v1beta2 v1beta1',
  'networking.k8s.io': 'v1beta1',
  'networking.k8s.io/networkpolicies': '',
  'node.k8s.io': 'v1beta1 v1alpha1',
  policy: 'v1beta1',
  'rbac.authorization.k8s.io': 'v1beta1 v1alpha1',
  'resource.k8s.io': 'v1beta2 v1beta1',
  'scheduling.k8s.io': 'v1beta1',
  'storage.k8s.io': 'v1beta1',
  'storage.k8s.io/csistoragecapacities': 'v1beta1 v1alpha1',
  'storage.k8s.io/volumeattachments': 'v1beta1 v1alpha1',
  'storage.k8s.io/volumeattributesclasses': 'v1beta1 v1alpha1',
}

/** Kinds that are written in an older version, and read in one of another group. */
const WRITTEN: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io/customresourcedefinitions': 'v1beta1',
  'admissionregistration.k8s.io/mutatingadmissionpolicies': 'v1beta1',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': 'v1beta1',
}
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = { '/events': ['events.k8s.io/v1'] }

interface Report {
  readonly name: string
  readonly encodingVersion: string
  readonly decodableVersions: readonly string[]
  readonly servedVersions: readonly string[]
}

/** One for each built-in resource that is stored, in the order of groups and resources. */
export function storageReports(kinds: readonly KindDefinition[]): readonly Report[] {
  const served = new Map<string, KindDefinition[]>()
  for (const kind of kinds) {
    if (kind.view?.group === '' || (kind.verbs !== undefined && !kind.verbs.includes('create'))) continue
    if (kind.verbs !== undefined && !kind.verbs.includes('list')) continue
    const key = `${kind.group}/${kind.resource}`
    served.set(key, [...(served.get(key) ?? []), kind])
  }
  const keys = [...served.keys()].sort((a, b) => (a < b ? -1 : 1))
  return keys.map((key) => report(key, served.get(key)!))
}

function report(key: string, kinds: readonly KindDefinition[]): Report {
  const { group, resource } = kinds[0]!
  const full = (version: string) => (group === '' ? version : `${group}/${version}`)
  const stored = kinds.find(({ view }) => view === undefined) ?? kinds[0]!
  const older = (OLDER[key] ?? OLDER[group] ?? '').split(' ').filter(Boolean)
  const versions = [...new Set([stored.version, ...older])].map(full)
  return {
    name: `${group === '' ? 'core' : group}.${resource}`,
    encodingVersion: full(WRITTEN[key] ?? stored.version),
    decodableVersions: [...versions, ...(ELSEWHERE[key] ?? [])],
    servedVersions: [...new Set([stored, ...kinds].map(({ version }) => full(version)))],
  }
}

/**
 * Says in StorageVersions which versions this server writes: once its identity Lease is there, and every ten minutes.
 * Source: apiserver/pkg/storageversion/manager.go UpdateStorageVersions, updater.go
 *
 * @param id of the API server, and of its Lease
 * @returns ends it
 */
export function reportStorageVersions(
  process: Process,
  client: Client,
  id: string,
  kinds: readonly KindDefinition[],
): () => void {
  const { clock } = process.world
  const resource = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' }
  const reports = storageReports(kinds)
  let isAwaited = true
  let timer = clock.setTimeout(function look() {
    const lease = isAwaited ? client.read?.({ verb: 'get', resource, namespace: 'kube-system', name: id }) : undefined
    isAwaited = lease !== undefined && isStatus(lease)
    if (!isAwaited) for (const each of reports) tell(client, id, each, clock.now())
    timer = clock.setTimeout(look, isAwaited ? LEASE_POLL_MS : REPORT_MS)
  }, 0)
  return () => clock.clearTimeout(timer)
}

function tell(client: Client, apiServerID: string, { name, ...versions }: Report, now: number): void {
  const apiVersion = 'internal.apiserver.k8s.io/v1alpha1'
  const own = { apiServerID, ...versions }
  const report = () =>
    client.updateStatus(STORAGE_VERSIONS, name, undefined, (current) => {
      const { status = {} } = current as StorageVersion
      const before = status.storageVersions ?? []
      const isKnown = before.some((each) => each.apiServerID === apiServerID)
      const after = isKnown ? before.map((each) => (each.apiServerID === apiServerID ? own : each)) : [...before, own]
      const next = withStorageVersions(status, after, now)
      return equal(next, status) ? undefined : ({ ...current, status: next } as typeof current)
    })
  const answer = report()
  if (!isStatus(answer) || answer.reason !== 'NotFound') return
  client.create({ apiVersion, kind: 'StorageVersion', metadata: { name } }, undefined, STORAGE_VERSIONS)
  report()
}
