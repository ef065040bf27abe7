import { equal } from '../../../../api/equal.ts'
import type { CustomResourceDefinition } from '../../../../api/types.ts'
import { pendingDeletion } from '../../apiextensions/status.ts'
import { defaultColumns } from '../columns/column.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import {
  validateCustomResourceDefinition,
  validateCustomResourceDefinitionStatusUpdate,
  validateCustomResourceDefinitionUpdate,
} from '../validation/apiextensions/customresourcedefinition.ts'

type CRD = CustomResourceDefinition

/** Source: apiextensions-apiserver/pkg/apis/apiextensions/v1/defaults.go */
function defaults(crd: CRD): CRD {
  const { names, conversion, preserveUnknownFields } = crd.spec
  if (names === undefined) return crd
  const singular = names.singular || (names.kind ?? '').toLowerCase()
  const listKind = names.listKind || (names.kind ? `${names.kind}List` : undefined)
  const named = names.singular === singular && names.listKind === listKind
  const service = conversion?.webhook?.clientConfig?.service
  if (named && conversion !== undefined && preserveUnknownFields !== false && (service?.port ?? 443) === service?.port)
    return crd
  const { preserveUnknownFields: _, ...spec } = crd.spec
  return {
    ...crd,
    spec: {
      ...spec,
      ...(preserveUnknownFields === true && { preserveUnknownFields }),
      names: named ? names : { ...names, ...(singular !== '' && { singular }), ...(listKind && { listKind }) },
      conversion: withPort(conversion ?? { strategy: 'None' }),
    },
  }
}

function withPort(conversion: NonNullable<CRD['spec']['conversion']>): NonNullable<CRD['spec']['conversion']> {
  const { webhook } = conversion
  const service = webhook?.clientConfig?.service
  if (service === undefined || service.port !== undefined) return conversion
  const clientConfig = { ...webhook!.clientConfig, service: { ...service, port: 443 } }
  return { ...conversion, webhook: { ...webhook!, clientConfig } }
}

/** The version that objects are stored in is remembered: some may still be. */
function withStoredVersion(crd: CRD): CRD {
  const stored = crd.spec.versions?.find(({ storage }) => storage)?.name
  const known = crd.status?.storedVersions ?? []
  if (stored === undefined || known.includes(stored)) return crd
  return { ...crd, status: { ...crd.status, storedVersions: [...known, stored] } }
}

/** Source: apiextensions-apiserver/pkg/registry/customresourcedefinition/strategy.go */
export const customResourceDefinition = defineKind<CRD>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  resource: 'customresourcedefinitions',
  singular: 'customresourcedefinition',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  subresources: statusSubresource,
  schema: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  defaults,
  prepareForCreate: (crd) => {
    const { status: _, ...rest } = crd
    const status = { conditions: null, acceptedNames: { plural: '', kind: '' } } as unknown as CRD['status']
    return withStoredVersion({ ...rest, status } as CRD)
  },
  prepareForUpdate: (crd, old) => {
    const kept = withStoredVersion({ ...crd, ...(old.status && { status: old.status }) })
    if (equal(kept.spec, old.spec)) return kept
    return { ...kept, metadata: { ...kept.metadata, generation: (old.metadata.generation ?? 0) + 1 } }
  },
  prepareForStatusUpdate: (crd, old) => ({ ...crd, spec: old.spec }),
  prepareForDelete: pendingDeletion,
  validateName: () => [],
  validate: validateCustomResourceDefinition,
  validateUpdate: validateCustomResourceDefinitionUpdate,
  validateStatusUpdate: validateCustomResourceDefinitionStatusUpdate,
  columns: defaultColumns,
})
