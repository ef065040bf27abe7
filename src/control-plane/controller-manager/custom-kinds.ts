import { isConditionTrue } from '../../api/conditions.ts'
import { resourceKey } from '../../api/resources.ts'
import type { CustomResourceDefinition, Kind } from '../../api/types.ts'
import type { KindInfo } from './controller.ts'

/**
 * The kinds a definition serves, one a version, first the one that is stored (it needs no conversion webhook); none
 * before it is established. All of them are the same objects.
 */
export function customKindsOf({ spec, status }: CustomResourceDefinition): readonly KindInfo[] {
  if (!isConditionTrue(status?.conditions, 'Established')) return []
  const { group, names, scope, versions } = spec
  return versions
    .filter(({ served }) => served)
    .sort((a, b) => Number(b.storage) - Number(a.storage))
    .map(({ name: version }) => ({
      apiVersion: `${group}/${version}`,
      kind: names.kind,
      resource: names.plural,
      namespaced: scope === 'Namespaced',
      key: resourceKey({ group, version, resource: names.plural }),
    }))
}

/** How a client names the kind. */
export const clientKind = ({ key, kind }: KindInfo): Kind => (key ?? kind) as Kind
