import { apiVersionOf } from '../../../api/meta.ts'
import type { CustomResourceDefinition, CustomResourceDefinitionVersion, KubernetesObject } from '../../../api/types.ts'
import type { Endpoint, Storage } from '../contract.ts'
import type { KindDefinition } from '../registry/contract.ts'
import { type Convert, isConvertedOutside } from './conversion.ts'
import { hasDefaults, withDefaults } from './defaulting.ts'
import { customKind } from './definition.ts'
import { prune } from './pruning.ts'
import type { JsonObject, Schema } from './schema.ts'
import { isTerminating } from './status.ts'

/** While its definition goes, a resource is only looked at and deleted. Source: customresource_discovery_controller.go */
const GOING = ['delete', 'deletecollection', 'get', 'list', 'watch']

/** The kind that the objects of a definition are stored as. */
export function storedKind(crd: CustomResourceDefinition): KindDefinition {
  const version = crd.spec.versions.find(({ storage }) => storage) ?? crd.spec.versions[0]!
  return customKind(crd, version)
}

/** What is served of a definition: each of its versions, all kept in one storage. */
export function endpointsOf(crd: CustomResourceDefinition, storage: Storage, convert: Convert): readonly Endpoint[] {
  const { group } = crd.spec
  return crd.spec.versions
    .filter(({ served }) => served)
    .map((version): Endpoint => {
      const definition = served(crd, version, storage.definition, convert)
      return {
        definition: isTerminating(crd) ? { ...definition, verbs: GOING } : definition,
        groupResource: { group, resource: definition.resource },
        apiVersion: apiVersionOf(group, version.name),
        storage,
      }
    })
}

/** What is read gets the defaults of its version. */
function served(
  crd: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  stored: KindDefinition,
  convert: Convert,
): KindDefinition {
  const schema = version.schema?.openAPIV3Schema
  const defaulted = schema !== undefined && hasDefaults(schema)
  const alone = crd.spec.versions.length === 1 && (crd.status?.storedVersions?.length ?? 1) <= 1
  if (alone && !defaulted) return stored
  const definition = version.storage ? stored : customKind(crd, version)
  const { group, resource } = stored
  const apiVersion = `${group}/${version.name}`
  const storedSchema = crd.spec.versions.find(({ name }) => name === stored.version)?.schema?.openAPIV3Schema
  const fitted = (object: KubernetesObject, target: string, to: Schema | undefined): KubernetesObject => {
    const converted = convert(object, target)
    return converted === object ? object : cut(crd, converted, to)
  }
  return {
    ...definition,
    view: {
      group,
      resource,
      ...(isConvertedOutside(crd) && { outside: true }),
      toStored: (object) => fitted(object, `${group}/${stored.version}`, storedSchema),
      fromStored: (object) => {
        // A Scale is answered as it is.
        if (object.kind !== stored.kind) return object
        const converted = fitted(object, apiVersion, schema)
        return defaulted
          ? (withDefaults(converted as unknown as JsonObject, schema) as unknown as KubernetesObject)
          : converted
      },
    },
  }
}

/** What a webhook made up is cut to the schema of its version. Source: customresource_handler.go schemaCoercingConverter */
function cut(crd: CustomResourceDefinition, object: KubernetesObject, schema: Schema | undefined): KubernetesObject {
  if (!isConvertedOutside(crd) || schema === undefined || crd.spec.preserveUnknownFields) return object
  return prune(object as unknown as JsonObject, schema).object as unknown as KubernetesObject
}
