import { equal } from '../../../api/equal.ts'
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  KubernetesObject,
  ObjectMeta,
} from '../../../api/types.ts'
import { compareVersions } from '../../../api/version-order.ts'
import type { FieldError, KindDefinition } from '../registry/contract.ts'
import { invalid } from '../registry/validation/field-error.ts'
import { columnsOf } from './columns.ts'
import { decodeCustom } from './decode.ts'
import { hasDefaults, withDefaults } from './defaulting.ts'
import { parseJsonPath, valuesAt } from './json-path.ts'
import { schemaErrors } from './json-schema.ts'
import { listTypeErrors } from './list-types.ts'
import { hasRules, ruleErrors } from './rules.ts'
import { scaleErrors, scaleOf } from './scale.ts'
import type { JsonObject, Schema } from './schema.ts'

interface Custom extends KubernetesObject {
  readonly status?: unknown
}

const READ_WRITE = ['get', 'patch', 'update']

const EVERYTHING: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

/** One version of a custom resource as the server serves it. Source: apiextensions-apiserver/pkg/registry/customresource/strategy.go */
export function customKind(crd: CustomResourceDefinition, version: CustomResourceDefinitionVersion): KindDefinition {
  const { group } = crd.spec
  const names = crd.status?.acceptedNames ?? crd.spec.names
  const apiVersion = `${group}/${version.name}`
  const schema = version.schema?.openAPIV3Schema ?? EVERYTHING
  const { status, scale } = version.subresources ?? {}
  const type = { apiVersion, kind: names.kind, schema, preserveUnknownFields: crd.spec.preserveUnknownFields === true }
  return {
    group,
    version: version.name,
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    resource: names.plural,
    singular: names.singular ?? '',
    ...(names.shortNames && { shortNames: names.shortNames }),
    ...(names.categories && { categories: names.categories }),
    namespaced: crd.spec.scope === 'Namespaced',
    subresources: {
      ...(status && { status: { verbs: READ_WRITE } }),
      ...(scale && { scale: { verbs: READ_WRITE, kind: 'Scale', group: 'autoscaling', version: 'v1' } }),
    },
    schema: schemaName(group, version.name, names.kind),
    custom: { schema, definition: crd },
    structure: (body, fieldValidation, duplicates) => decodeCustom(type, body, fieldValidation, duplicates),
    ...(hasDefaults(schema) && {
      defaults: (object) => withDefaults(object as unknown as JsonObject, schema) as unknown as KubernetesObject,
    }),
    ...strategy(schema, status !== undefined, scale, names.kind),
    patchTypes: ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'],
    ...(scale && { scale: scaleOf(scale) }),
    columns: columnsOf(version.additionalPrinterColumns),
    fieldSelectors: selectorsOf(version),
    ...(version.deprecated && {
      deprecated: version.deprecationWarning ?? deprecationOf(crd, version.name),
    }),
  }
}

/** Source: customresource_handler.go defaultDeprecationWarning */
function deprecationOf({ spec: { group, names, versions } }: CustomResourceDefinition, version: string): string {
  const [better] = versions
    .filter(({ served, deprecated, name }) => served && !deprecated && compareVersions(name, version) < 0)
    .map(({ name }) => name)
    .sort(compareVersions)
  const use = better === undefined ? '' : `; use ${group}/${better} ${names.kind}`
  return `${group}/${version} ${names.kind} is deprecated${use}`
}

/** `com.example.stable.v1.CronTab`. Source: apiextensions-apiserver/pkg/controller/openapi/builder/builder.go */
function schemaName(group: string, version: string, kind: string): string {
  return [...group.split('.').reverse(), version, kind].join('.')
}

type Strategy = Pick<
  KindDefinition,
  | 'prepareForCreate'
  | 'prepareForUpdate'
  | 'prepareForStatusUpdate'
  | 'validate'
  | 'validateUpdate'
  | 'validateStatusUpdate'
>

function strategy(
  schema: Schema,
  hasStatus: boolean,
  scale: Parameters<typeof scaleOf>[0] | undefined,
  kind: string,
): Strategy {
  const common = (object: KubernetesObject, old: KubernetesObject | undefined): FieldError[] => [
    ...schemaErrors(object, schema, old),
    ...(scale === undefined ? [] : scaleErrors(object, scale, false)),
  ]
  return {
    prepareForCreate: (object: Custom) => {
      const { status: _, ...rest } = object
      const kept = hasStatus ? rest : object
      return { ...kept, metadata: { ...kept.metadata, generation: 1 } } as KubernetesObject
    },
    prepareForUpdate: (object, old) => {
      const kept = hasStatus ? withStatusOf(object, old) : object
      return withGeneration(kept, old)
    },
    prepareForStatusUpdate: (object: Custom, old) => {
      const { managedFields } = object.metadata
      const metadata = managedFields === undefined ? old.metadata : ({ ...old.metadata, managedFields } as ObjectMeta)
      return withStatusOf({ ...old, metadata }, object)
    },
    validate: (object) =>
      ofOtherKind(object, kind) ??
      withRules(common(object, undefined), object, schema, undefined, listTypeErrors(object, schema)),
    validateUpdate: (object, old) => {
      const lists = listTypeErrors(old, schema).length === 0 ? listTypeErrors(object, schema) : []
      return withRules(common(object, old), object, schema, old, lists)
    },
    validateStatusUpdate: (object: Custom, old: Custom) => {
      const status = schema.properties?.status
      const own =
        status === undefined || object.status === undefined
          ? []
          : schemaErrors(object.status, status, old.status, 'status')
      const lists = listTypeErrors(old, schema).length === 0 ? listTypeErrors(object, schema) : []
      return withRules(
        [...own, ...(scale === undefined ? [] : scaleErrors(object, scale, true))],
        object,
        schema,
        old,
        lists,
      )
    },
  }
}

function ofOtherKind(object: KubernetesObject, kind: string): readonly FieldError[] | undefined {
  if (object.kind === kind) return undefined
  const errors: FieldError[] = []
  invalid(errors, 'kind', object.kind, `must be ${kind}`)
  return errors
}

/** Rules are looked at only where nothing else is wrong that they would trip over. Source: strategy.go hasBlockingErr */
function withRules(
  errors: FieldError[],
  object: KubernetesObject,
  schema: Schema,
  old: KubernetesObject | undefined,
  lists: readonly FieldError[],
): readonly FieldError[] {
  const all = [...errors, ...lists]
  const blocking = all.some(({ type }) =>
    [
      'FieldValueNotSupported',
      'FieldValueRequired',
      'FieldValueTooLong',
      'FieldValueTooMany',
      'FieldValueTypeInvalid',
    ].includes(type),
  )
  if (!hasRules(schema)) return all
  if (blocking) {
    const why =
      'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'
    return [...all, { type: 'FieldValueInvalid', field: '<nil>', message: `Invalid value: null: ${why}` }]
  }
  return [...all, ...ruleErrors(object, schema, old)]
}

function withStatusOf(object: Custom, from: Custom): KubernetesObject {
  if (object.status === from.status) return object
  const { status: _, ...rest } = object
  return (from.status === undefined ? rest : { ...rest, status: from.status }) as KubernetesObject
}

/** Anything but metadata counts as a change. */
function withGeneration(object: KubernetesObject, old: KubernetesObject): KubernetesObject {
  const { metadata: _, ...now } = object
  const { metadata: __, ...before } = old
  if (equal(now, before)) return object
  return { ...object, metadata: { ...object.metadata, generation: (old.metadata.generation ?? 0) + 1 } }
}

function selectorsOf({ selectableFields = [] }: CustomResourceDefinitionVersion): KindDefinition['fieldSelectors'] {
  if (selectableFields.length === 0) return undefined
  return Object.fromEntries(
    selectableFields.map(({ jsonPath }) => {
      const path = parseJsonPath(jsonPath) ?? []
      const get = (object: KubernetesObject) => {
        const [value] = valuesAt(object, path)
        return value === undefined || value === null ? '' : String(value)
      }
      return [jsonPath.replace(/^\./, ''), get]
    }),
  )
}
