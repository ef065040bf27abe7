import type { ServiceCIDR } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { resourceTexts } from '../columns/resource-texts.ts'
import { defineKind, statusSubresource } from '../kind.ts'
import { validateServiceCIDR, validateServiceCIDRUpdate } from '../validation/service-network.ts'

export const serviceCIDR = defineKind<ServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  resource: 'servicecidrs',
  singular: 'servicecidr',
  namespaced: false,
  subresources: statusSubresource,
  schema: 'io.k8s.api.networking.v1.ServiceCIDR',
  prepareForCreate: ({ status: _, ...cidr }) => ({ ...cidr, status: {} }),
  prepareForUpdate: (cidr, old) => ({ ...cidr, status: old.status }) as ServiceCIDR,
  prepareForStatusUpdate: (cidr, old) => ({ ...cidr, spec: old.spec, metadata: old.metadata }) as ServiceCIDR,
  validate: validateServiceCIDR,
  validateUpdate: validateServiceCIDRUpdate,
  columns: [
    nameColumn,
    column('CIDRs', resourceTexts.ServiceCIDR.cidrs, ({ spec }) => (spec?.cidrs ?? []).join(',')),
    ageColumn,
  ],
})
