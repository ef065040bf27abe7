import type { IngressClass } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { resourceTexts } from '../columns/resource-texts.ts'
import { defineKind } from '../kind.ts'
import { validateIngressClass, validateIngressClassUpdate } from '../validation/ingressclass.ts'

const DEFAULT_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class'

/** Source: pkg/apis/networking/v1/defaults.go SetDefaults_IngressClass. */
function defaults(ingressClass: IngressClass): IngressClass {
  const { spec } = ingressClass
  if (!spec?.parameters || spec.parameters.scope !== undefined) return ingressClass
  return { ...ingressClass, spec: { ...spec, parameters: { ...spec.parameters, scope: 'Cluster' } } }
}

/** Source: printers.go printIngressClass. */
function parametersText({ spec }: IngressClass): string {
  const parameters = spec?.parameters
  if (!parameters) return '<none>'
  const { kind, apiGroup, name } = parameters
  return `${apiGroup === undefined ? kind : `${kind}.${apiGroup}`}/${name}`
}

const texts = resourceTexts.IngressClass

export const ingressClass = defineKind<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  resource: 'ingressclasses',
  singular: 'ingressclass',
  namespaced: false,
  schema: 'io.k8s.api.networking.v1.IngressClass',
  defaults,
  validate: validateIngressClass,
  validateUpdate: validateIngressClassUpdate,
  columns: [
    {
      ...nameColumn,
      cell: ({ metadata }) =>
        metadata.annotations?.[DEFAULT_ANNOTATION] === 'true' ? `${metadata.name} (default)` : metadata.name,
    },
    column('Controller', texts.controller, ({ spec }) => spec?.controller ?? ''),
    column('Parameters', texts.parameters, parametersText),
    ageColumn,
  ],
})
