import { findCondition, setCondition } from '../../../../api/conditions.ts'
import { isPathSegmentName } from '../../../../api/names.ts'
import type { APIService } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import type { StrategyContext } from '../contract.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { withMetadataOf } from '../status-metadata.ts'
import { validateAPIService, validateAPIServiceStatus } from '../validation/apiregistration/apiservice.ts'

/** Source: kube-aggregator/pkg/apis/apiregistration/v1/defaults.go SetDefaults_ServiceReference. */
function defaults(each: APIService): APIService {
  const service = each.spec?.service
  if (service === undefined || service.port !== undefined) return each
  return { ...each, spec: { ...each.spec, service: { ...service, port: 443 } } }
}

/** Source: kube-aggregator/pkg/apis/apiregistration/helpers.go NewLocalAvailableAPIServiceCondition. */
const LOCAL = {
  type: 'Available',
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
}

/** What this server serves itself is always there. */
export const withLocalAvailability = (each: APIService, now: number): APIService => ({
  ...each,
  status: { conditions: setCondition(undefined, LOCAL, now) },
})

/** Source: kube-aggregator/pkg/registry/apiservice/strategy.go PrepareForCreate. */
const prepareForCreate = (each: APIService, context: StrategyContext): APIService =>
  each.spec?.service === undefined ? withLocalAvailability(each, context.now()) : { ...each, status: {} }

/** Source: kube-aggregator/pkg/registry/apiservice/etcd/etcd.go ConvertToTable. */
function availability({ status }: APIService): string {
  const condition = findCondition(status?.conditions, 'Available')
  if (condition === undefined) return 'Unknown'
  return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`
}

function serviceText({ spec }: APIService): string {
  const service = spec?.service
  return service === undefined ? 'Local' : `${service.namespace ?? ''}/${service.name ?? ''}`
}

const texts = {
  service: 'The reference to the service that hosts this API endpoint.',
  available: 'Whether this service is available.',
}

export const apiService = defineKind<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  resource: 'apiservices',
  singular: 'apiservice',
  categories: ['api-extensions'],
  namespaced: false,
  subresources: statusSubresource,
  schema: 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService',
  defaults,
  prepareForCreate,
  prepareForStatusUpdate: withMetadataOf,
  validateName: isPathSegmentName,
  validate: validateAPIService,
  validateStatusUpdate: validateAPIServiceStatus,
  columns: [
    nameColumn,
    column('Service', texts.service, serviceText),
    column('Available', texts.available, availability),
    ageColumn,
  ],
})
