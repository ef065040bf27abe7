import { isDNS1035Label, isDNS1123Subdomain } from '../../../../api/names.ts'
import type { StorageVersion } from '../../../../api/storage-versions.ts'
import type { JSONSchemaProps, KubernetesObject } from '../../../../api/types.ts'
import { alphaKind } from '../alpha-kind.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import type { FieldError, KindDefinition } from '../contract.ts'
import { duplicate, invalid, invalidEach } from '../validation/field-error.ts'

const text: JSONSchemaProps = { type: 'string' }
const set: JSONSchemaProps = { type: 'array', items: text, 'x-kubernetes-list-type': 'set' }

const schema: JSONSchemaProps = {
  type: 'object',
  properties: {
    spec: { type: 'object' },
    status: {
      type: 'object',
      properties: {
        storageVersions: {
          type: 'array',
          items: {
            type: 'object',
            required: ['apiServerID', 'encodingVersion', 'decodableVersions'],
            properties: { apiServerID: text, encodingVersion: text, decodableVersions: set, servedVersions: set },
          },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['apiServerID'],
        },
        commonEncodingVersion: text,
        conditions: {
          type: 'array',
          items: {
            type: 'object',
            required: ['type', 'status', 'reason', 'message'],
            properties: {
              type: text,
              status: text,
              observedGeneration: { type: 'integer', format: 'int64' },
              lastTransitionTime: { type: 'string', format: 'date-time' },
              reason: { type: 'string', minLength: 1 },
              message: { type: 'string', minLength: 1 },
            },
          },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['type'],
        },
      },
    },
  },
}

/** Source: staging/src/k8s.io/api/apiserverinternal/v1alpha1/types_swagger_doc_generated.go */
const DESCRIPTIONS = {
  common:
    "commonEncodingVersion is set to an encoding storage version if all API server instances share that same version. If they don't share one storage version, this field is left empty. API servers should finish updating its storageVersionStatus entry before serving write operations, so that this field will be in sync with the reality.",
  versions: 'storageVersions lists the reported versions per API server instance.',
}

const columns: KindDefinition<StorageVersion>['columns'] = [
  nameColumn,
  column('CommonEncodingVersion', DESCRIPTIONS.common, ({ status }) => status?.commonEncodingVersion ?? '<unset>'),
  column('StorageVersions', DESCRIPTIONS.versions, ({ status }) => listed(status?.storageVersions ?? [])),
  ageColumn,
]

/** Source: pkg/printers/internalversion/printers.go formatStorageVersions, listWithMoreString */
function listed(versions: NonNullable<StorageVersion['status']>['storageVersions'] & object): string {
  const shown = versions.slice(0, 3).map(({ apiServerID, encodingVersion }) => `${apiServerID}=${encodingVersion}`)
  return shown.join(',') + (versions.length > 3 ? ` + ${versions.length - 3} more...` : '')
}

/** Source: pkg/apis/apiserverinternal/validation/validation.go ValidateStorageVersionName */
function nameErrors(name: string): readonly string[] {
  const at = name.lastIndexOf('.')
  if (at < 0) return ['name must be in the form of <group>.<resource>']
  return [
    ...isDNS1123Subdomain(name.slice(0, at)).map((each) => `the group segment ${each}`),
    ...isDNS1035Label(name.slice(at + 1)).map((each) => `the resource segment ${each}`),
  ]
}

/** Source: validation.go validateStorageVersionStatus, validateServerStorageVersion, validateCommonVersion */
function statusErrors({ status = {} }: StorageVersion): readonly FieldError[] {
  const errors: FieldError[] = []
  const { storageVersions = [], commonEncodingVersion } = status
  const seen = new Set<string>()
  for (const [
    i,
    { apiServerID, encodingVersion, decodableVersions, servedVersions = [] },
  ] of storageVersions.entries()) {
    const at = `status.storageVersions[${i}]`
    if (seen.has(apiServerID)) duplicate(errors, `${at}.apiServerID`, apiServerID)
    seen.add(apiServerID)
    invalidEach(errors, `${at}.apiServerID`, apiServerID, isDNS1123Subdomain(apiServerID))
    const found = decodableVersions.includes(encodingVersion)
    const lacks = `decodableVersions must include encodingVersion ${encodingVersion}`
    if (!found) invalid(errors, `${at}.decodableVersions`, decodableVersions, lacks)
    for (const [j, served] of servedVersions.entries())
      if (!decodableVersions.includes(served))
        invalid(
          errors,
          `${at}.servedVersions[${j}]`,
          served,
          `individual served version : ${served} must be included in decodableVersions : [${decodableVersions.join(' ')}]`,
        )
  }
  const [first] = storageVersions
  const common = storageVersions.every((each) => each.encodingVersion === first?.encodingVersion)
    ? first?.encodingVersion
    : undefined
  const field = 'status.commonEncodingVersion'
  if (common === undefined && commonEncodingVersion !== undefined)
    invalid(
      errors,
      field,
      commonEncodingVersion,
      'should be nil if servers do not agree on the same encoding version, or if there is no server reporting the supported versions yet',
    )
  else if (common !== undefined && commonEncodingVersion === undefined)
    invalid(errors, field, null, `the common encoding version is ${common}`)
  else if (common !== commonEncodingVersion)
    invalid(errors, field, commonEncodingVersion, `the actual common encoding version is ${common}`)
  return errors
}

/**
 * In which versions API servers write objects of a resource. Served with the feature gates StorageVersionAPI and APIServerIdentity.
 * Source: pkg/registry/apiserverinternal/storageversion/strategy.go
 */
export function storageVersionKind(): KindDefinition {
  const kind = alphaKind({
    group: 'internal.apiserver.k8s.io',
    version: 'v1alpha1',
    kind: 'StorageVersion',
    plural: 'storageversions',
    namespaced: false,
    schema,
    hasStatus: true,
  })
  const withSpec = (object: KubernetesObject) => ({ ...object, spec: {} }) as KubernetesObject
  return {
    ...kind,
    columns: columns as KindDefinition['columns'],
    prepareForCreate: (object, context) => withSpec(kind.prepareForCreate?.(object, context) ?? object),
    validateName: nameErrors,
    validateStatusUpdate: (object, old) => {
      const wrong = kind.validateStatusUpdate?.(object, old) ?? []
      return wrong.length > 0 ? wrong : statusErrors(object as StorageVersion)
    },
  }
}
