import { createHash } from 'node:crypto'
import type { ServedKind } from './contract.ts'

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

/** Group priority, most wanted first. Source: pkg/controlplane/apiserver/aggregator.go DefaultGenericAPIServicePriorities */
const groupOrder = [
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
]

/** What is served, as clients discover it: plain and aggregated. Source: apiserver/pkg/endpoints/discovery */
export class Discovery {
  readonly kinds: readonly ServedKind[]
  readonly #index = new Map<string, ServedKind>()
  readonly #aggregated = new Map<string, { readonly body: string; readonly etag: string }>()

  constructor(kinds: readonly ServedKind[]) {
    this.kinds = kinds
    for (const kind of kinds) this.#index.set(`${kind.group}/${kind.version}/${kind.resource}`, kind)
  }

  find(group: string, version: string, resource: string): ServedKind | undefined {
    return this.#index.get(`${group}/${version}/${resource}`)
  }

  serves(group: string, version: string): boolean {
    return this.kinds.some((kind) => kind.group === group && kind.version === version)
  }

  /** Groups in order of priority, without the core group. */
  groups(): readonly string[] {
    const rank = (group: string) => {
      const index = groupOrder.indexOf(group)
      return index < 0 ? groupOrder.length : index
    }
    return [...new Set(this.kinds.map(({ group }) => group))]
      .filter((group) => group !== '')
      .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  }

  /** Most stable and newest first. Source: apimachinery/pkg/version/helpers.go CompareKubeAwareVersionStrings */
  versions(group: string): readonly string[] {
    const versions = new Set(this.kinds.filter((kind) => kind.group === group).map(({ version }) => version))
    return [...versions].sort((a, b) => stability(b) - stability(a) || (a < b ? 1 : -1))
  }

  apiVersions(address: string): unknown {
    const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: address }]
    return { kind: 'APIVersions', versions: this.versions(''), serverAddressByClientCIDRs }
  }

  groupList(): unknown {
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: this.groups().map((group) => this.#group(group)) }
  }

  group(name: string): unknown {
    return { kind: 'APIGroup', apiVersion: 'v1', ...this.#group(name) }
  }

  #group(name: string) {
    const versions = this.versions(name).map((version) => ({ groupVersion: `${name}/${version}`, version }))
    return { name, versions, preferredVersion: versions[0]! }
  }

  resourceList(group: string, version: string): unknown {
    const groupVersion = group === '' ? version : `${group}/${version}`
    const resources = this.#of(group, version).flatMap((kind) => [mainResource(kind), ...subresources(kind)])
    // The core group's list has no apiVersion: it is older than the field.
    return { kind: 'APIResourceList', ...(group !== '' && { apiVersion: 'v1' }), groupVersion, resources }
  }

  /** @param core for /api, else for /apis */
  aggregated(core: boolean): { readonly body: string; readonly etag: string } {
    const key = core ? 'api' : 'apis'
    let known = this.#aggregated.get(key)
    if (known === undefined) {
      const body = JSON.stringify({
        kind: 'APIGroupDiscoveryList',
        apiVersion: 'apidiscovery.k8s.io/v2',
        metadata: {},
        items: (core ? [''] : this.groups()).map((group) => ({
          metadata: group === '' ? {} : { name: group },
          versions: this.versions(group).map((version) => ({
            version,
            resources: this.#of(group, version).map(aggregatedResource),
            freshness: 'Current',
          })),
        })),
      })
      known = { body, etag: `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"` }
      this.#aggregated.set(key, known)
    }
    return known
  }

  #of(group: string, version: string): readonly ServedKind[] {
    return this.kinds
      .filter((kind) => kind.group === group && kind.version === version)
      .sort((a, b) => (a.resource < b.resource ? -1 : 1))
  }
}

export function verbsOf(kind: ServedKind): readonly string[] {
  return kind.verbs === undefined ? ALL_VERBS : [...kind.verbs].sort()
}

function stability(version: string): number {
  const [, major, level, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? []
  const base = level === undefined ? 2_000_000 : level === 'beta' ? 1_000_000 : 0
  return base + Number(major ?? 0) * 1000 + Number(minor ?? 0)
}

function mainResource(kind: ServedKind): unknown {
  const verbs = verbsOf(kind)
  return {
    name: kind.resource,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs,
    ...(kind.shortNames && { shortNames: kind.shortNames }),
    ...(kind.categories && { categories: kind.categories }),
    ...(verbs.includes('watch') && { storageVersionHash: storageVersionHash(kind) }),
  }
}

function subresources(kind: ServedKind): unknown[] {
  return Object.entries(kind.subresources ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { verbs, kind: answers, group, version }]) => ({
      name: `${kind.resource}/${name}`,
      singularName: '',
      namespaced: kind.namespaced,
      ...(group && { group, version }),
      kind: answers ?? kind.kind,
      verbs: [...verbs].sort(),
    }))
}

function aggregatedResource(kind: ServedKind): unknown {
  const children = Object.entries(kind.subresources ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    resource: kind.resource,
    responseKind: { group: '', version: '', kind: kind.kind },
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: verbsOf(kind),
    ...(kind.shortNames && { shortNames: kind.shortNames }),
    ...(kind.categories && { categories: kind.categories }),
    ...(children.length > 0 && {
      subresources: children.map(([subresource, { verbs, kind: answers, group, version }]) => ({
        subresource,
        responseKind: { group: group ?? '', version: group ? version : '', kind: answers ?? kind.kind },
        verbs: [...verbs].sort(),
      })),
    }),
  }
}

/** Kinds that are stored as another one. Source: pkg/kubeapiserver/default_storage_factory_builder.go */
const storedAs: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io/v1/CustomResourceDefinition': 'apiextensions.k8s.io/v1beta1/CustomResourceDefinition',
  'events.k8s.io/v1/Event': '/v1/Event',
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicy':
    'admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicy',
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding':
    'admissionregistration.k8s.io/v1beta1/MutatingAdmissionPolicyBinding',
  'autoscaling/v1/HorizontalPodAutoscaler': 'autoscaling/v2/HorizontalPodAutoscaler',
}

/** Source: apiserver/pkg/endpoints/discovery/storageversionhash.go StorageVersionHash */
function storageVersionHash({ group, version, kind }: ServedKind): string {
  const served = `${group}/${version}/${kind}`
  const sum = createHash('sha256')
    .update(storedAs[served] ?? served)
    .digest()
  return sum.subarray(0, 8).toString('base64')
}
