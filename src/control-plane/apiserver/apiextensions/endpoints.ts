import { apiVersionOf } from '../../../api/meta.ts'
import type { CustomResourceDefinition, CustomResourceDefinitionVersion, KubernetesObject } from '../../../api/types.ts'
import type { Endpoint, Storage } from '../contract.ts'
import type { KindDefinition } from '../registry/contract.ts'
import { hasDefaults, withDefaults } from './defaulting.ts'
import { customKind } from './definition.ts'
import type { JsonObject } from './schema.ts'
import { isTerminating } from './status.ts'

/** While its definition goes, a resource is only looked at and deleted. Source: customresource_discovery_controller.go */
const GOING = ['delete', 'deletecollection', 'get', 'list', 'watch']

/** The kind that the objects of a definition are stored as. */
export function storedKind(crd: CustomResourceDefinition): KindDefinition {
  const version = crd.spec.versions.find(({ storage }) => storage) ?? crd.spec.versions[0]!
  return customKind(crd, version)
}

/** What is served of a definition: each of its versions, all kept in one storage. */
export function endpointsOf(crd: CustomResourceDefinition, storage: Storage): readonly Endpoint[] {
  const { group } = crd.spec
  return crd.spec.versions
    .filter(({ served }) => served)
    .map((version): Endpoint => {
      const definition = served(crd, version, storage.definition)
      return {
        definition: isTerminating(crd) ? { ...definition, verbs: GOING } : definition,
        groupResource: { group, resource: definition.resource },
        apiVersion: apiVersionOf(group, version.name),
        storage,
      }
    })
}

/** Conversion changes the version's name and nothing else; what is read gets the defaults of its version. */
function served(
  crd: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  stored: KindDefinition,
): KindDefinition {
  const schema = version.schema?.openAPIV3Schema
  const defaulted = schema !== undefined && hasDefaults(schema)
  const alone = crd.spec.versions.length === 1 && (crd.status?.storedVersions?.length ?? 1) <= 1
  if (alone && !defaulted) return stored
  const definition = version.storage ? stored : customKind(crd, version)
  const { group, resource } = stored
  const apiVersion = `${group}/${version.name}`
  return {
    ...definition,
    view: {
      group,
      resource,
      toStored: (object) => withVersion(object, `${group}/${stored.version}`),
      fromStored: (object) => {
        // A Scale is answered as it is.
        if (object.kind !== stored.kind) return object
        const converted = withVersion(object, apiVersion)
        return defaulted
          ? (withDefaults(converted as unknown as JsonObject, schema) as unknown as KubernetesObject)
          : converted
      },
    },
  }
}

function withVersion(object: KubernetesObject, apiVersion: string): KubernetesObject {
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion }
}
