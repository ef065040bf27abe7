import { isDNS1123Label } from '../../../../api/names.ts'
import type { Namespace } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { columnTexts } from '../columns/texts.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import {
  validateNamespace,
  validateNamespaceFinalizeUpdate,
  validateNamespaceStatusUpdate,
} from '../validation/config.ts'

const NAME_LABEL = 'kubernetes.io/metadata.name'

/** Source: pkg/apis/core/v1/defaults.go SetDefaults_Namespace, SetDefaults_NamespaceStatus. */
function defaults(namespace: Namespace): Namespace {
  const { metadata, status } = namespace
  const labelled = metadata.name === '' || metadata.labels?.[NAME_LABEL] === metadata.name
  if (labelled && status?.phase) return namespace
  return {
    ...namespace,
    metadata: labelled ? metadata : { ...metadata, labels: { ...metadata.labels, [NAME_LABEL]: metadata.name } },
    status: status?.phase ? status : { ...status, phase: 'Active' },
  }
}

/** Source: pkg/registry/core/namespace/strategy.go PrepareForCreate and Canonicalize (the label of a generated name). */
function prepareForCreate(namespace: Namespace): Namespace {
  const finalizers = namespace.spec?.finalizers ?? []
  return defaults({
    ...namespace,
    spec: { finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] },
    status: { phase: 'Active' },
  })
}

export const namespace = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  resource: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  subresources: { ...statusSubresource, finalize: { verbs: ['update'] } },
  schema: 'io.k8s.api.core.v1.Namespace',
  defaults,
  prepareForCreate,
  prepareForUpdate: (namespace, old) => ({
    ...namespace,
    spec: { ...namespace.spec, finalizers: old.spec?.finalizers },
    status: old.status,
  }),
  prepareForStatusUpdate: (namespace, old) => ({ ...namespace, spec: old.spec }),
  subresourceUpdates: {
    finalize: {
      prepareForUpdate: (namespace, old) => ({ ...namespace, status: old.status }),
      validateUpdate: validateNamespaceFinalizeUpdate,
    },
  },
  validateName: isDNS1123Label,
  validate: validateNamespace,
  validateStatusUpdate: validateNamespaceStatusUpdate,
  columns: [nameColumn, column('Status', columnTexts.Namespace.status, (each) => each.status?.phase ?? ''), ageColumn],
  fieldSelectors: { 'status.phase': (each) => each.status?.phase ?? '' },
})
