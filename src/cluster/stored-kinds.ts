import { apiVersionOf } from '../api/meta.ts'
import { resourceOf } from '../api/resources.ts'
import { kinds } from '../control-plane/apiserver/registry/index.ts'
import type { KindInfo } from '../control-plane/controller-manager/index.ts'

/** Every kind the API server keeps, once, at the version that components use: what discovery would tell a controller manager. */
export const storedKinds: readonly KindInfo[] = kinds
  .filter(({ kind, group, version, verbs }) => {
    const known = resourceOf(kind)
    const stored = verbs === undefined || (verbs.includes('list') && verbs.includes('delete'))
    return stored && known?.group === group && known.version === version
  })
  .map(({ kind, group, version, resource, namespaced }) => ({
    apiVersion: apiVersionOf(group, version),
    kind,
    resource,
    namespaced,
  }))
