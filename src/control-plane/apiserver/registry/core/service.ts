import { isDNS1123Label } from '../../../../api/names.ts'
import type { Service, ServicePort } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { formatLabels } from '../columns/selectors.ts'
import { columnTexts } from '../columns/texts.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { validateService, validateServiceStatusUpdate, validateServiceUpdate } from '../validation/service.ts'
import { serviceWarnings } from '../warnings/service-warnings.ts'
import { allocate, allocationErrors } from './service-allocation.ts'
import { serviceDefaults } from './service-defaults.ts'
import { prepareServiceUpdate } from './service-update.ts'

const portText = ({ port, nodePort, protocol }: ServicePort): string =>
  nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`

/** Source: printers.go loadBalancerStatusStringer. Tables are always made wide, so nothing is shortened. */
const loadBalancerAddresses = (service: Service): readonly string[] => [
  ...new Set(
    (service.status?.loadBalancer?.ingress ?? [])
      .map((each) => each.ip || each.hostname || '')
      .filter(Boolean)
      .sort(),
  ),
]

/** Source: printers.go getServiceExternalIP. */
function externalIPText(service: Service): string {
  const { type, externalIPs = [], externalName } = service.spec
  if (type === 'ExternalName') return externalName ?? ''
  if (type === 'LoadBalancer') return [...loadBalancerAddresses(service), ...externalIPs].join(',') || '<pending>'
  return type === 'ClusterIP' || type === 'NodePort' ? externalIPs.join(',') || '<none>' : '<unknown>'
}

const texts = columnTexts.Service

export const service = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  resource: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  subresources: {
    ...statusSubresource,
    proxy: { verbs: ['create', 'delete', 'get', 'patch', 'update'], kind: 'ServiceProxyOptions' },
  },
  schema: 'io.k8s.api.core.v1.Service',
  defaults: serviceDefaults,
  prepareForCreate: (service, context) => allocate({ ...service, status: { loadBalancer: {} } }, context),
  prepareForUpdate: prepareServiceUpdate,
  prepareForStatusUpdate: (service, old) => ({ ...service, spec: old.spec }),
  // RelaxedServiceNameValidation, on since v1.36.
  validateName: isDNS1123Label,
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  validateStatusUpdate: validateServiceStatusUpdate,
  warnings: (service) => serviceWarnings(service),
  validateInContext: allocationErrors,
  columns: [
    nameColumn,
    column('Type', texts.type, (each) => each.spec.type ?? ''),
    column('Cluster-IP', texts.clusterIp, (each) => each.spec.clusterIPs?.[0] ?? '<none>'),
    column('External-IP', texts.externalIp, externalIPText),
    column('Port(s)', texts.ports, (each) => (each.spec.ports ?? []).map(portText).join(',') || '<none>'),
    ageColumn,
    column('Selector', texts.selector, (each) => formatLabels(each.spec.selector), { wide: true }),
  ],
  fieldSelectors: {
    'spec.clusterIP': (each) => each.spec.clusterIP ?? '',
    'spec.type': (each) => each.spec.type ?? '',
  },
  allowCreateOnUpdate: true,
})
