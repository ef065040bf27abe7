import type { CustomResourceDefinition, JSONSchemaProps, KubernetesObject } from '../../../api/types.ts'
import { customKind } from '../apiextensions/definition.ts'
import type { KindDefinition } from './contract.ts'

export interface AlphaKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly schema: JSONSchemaProps
  readonly hasStatus: boolean
}

/** A kind that is there only where its version and its feature gate are switched on: by its schema, as custom resources are. */
export function alphaKind({ group, version: name, kind, plural, namespaced, schema, hasStatus }: AlphaKind) {
  const version = {
    name,
    served: true,
    storage: true,
    schema: { openAPIV3Schema: schema },
    ...(hasStatus && { subresources: { status: {} } }),
  }
  const definition: CustomResourceDefinition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [version],
    },
  }
  return withoutGeneration(customKind(definition, version))
}

/** Custom resources count theirs, these do not. Source: pkg/registry/scheduling/podgroup/strategy.go */
function withoutGeneration(definition: KindDefinition): KindDefinition {
  const { prepareForCreate, prepareForUpdate } = definition
  const plain = <T extends KubernetesObject>(object: T): T => {
    const { generation: _, ...metadata } = object.metadata
    return { ...object, metadata }
  }
  return {
    ...definition,
    prepareForCreate: (object, context) => plain(prepareForCreate?.(object, context) ?? object),
    prepareForUpdate: (object, old, context) => plain(prepareForUpdate?.(object, old, context) ?? object),
  }
}
