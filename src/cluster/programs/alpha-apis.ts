import type { KubernetesObject } from '../../api/types.ts'
import { storageVersionAccess } from '../../control-plane/apiserver/bootstrap/storage-version-access.ts'
import { workloadAccess } from '../../control-plane/apiserver/bootstrap/workload-access.ts'
import { storageVersionKind } from '../../control-plane/apiserver/registry/apiserverinternal/storageversion.ts'
import type { KindDefinition } from '../../control-plane/apiserver/registry/contract.ts'
import { workloadKinds } from '../../control-plane/apiserver/registry/scheduling/podgroup.ts'
import { type Flags, isGateOn } from './flags.ts'

/** What flags add to an API server: kinds, and the rights that come with them. */
interface AlphaApis {
  readonly kinds: readonly KindDefinition[]
  readonly access: readonly KubernetesObject[]
  /** The server says which versions it writes. */
  readonly storageVersions: boolean
}

/** An alpha API is served where both its feature gate and its version are on. Source: pkg/registry/…/rest/storage_….go */
export function alphaApis(flags: Flags): AlphaApis {
  const workloads = isGateOn(flags, 'GenericWorkload') && isVersionOn(flags, 'scheduling.k8s.io/v1alpha2')
  const isGated = isGateOn(flags, 'StorageVersionAPI') && isGateOn(flags, 'APIServerIdentity', true)
  const storageVersions = isGated && isVersionOn(flags, 'internal.apiserver.k8s.io/v1alpha1')
  return {
    kinds: [...(workloads ? workloadKinds() : []), ...(storageVersions ? [storageVersionKind()] : [])],
    access: [...(workloads ? workloadAccess() : []), ...(isGated ? storageVersionAccess() : [])],
    storageVersions,
  }
}

/** What --runtime-config says of a version that is off by default: by name, or all of its stability. Source: apiserver/pkg/server/resourceconfig/helpers.go */
function isVersionOn(flags: Flags, version: string): boolean {
  const said = new Map(
    (flags.get('runtime-config') ?? '').split(',').map((each): [string, string] => {
      const [name = '', value = 'true'] = each.split('=')
      return [name.trim(), value]
    }),
  )
  return (said.get(version) ?? said.get('api/alpha') ?? said.get('api/all')) === 'true'
}
