import { quote } from '../../../../api/names.ts'
import { rfc3339 } from '../../../../api/time.ts'
import type { ResourceSlice } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import type { StrategyContext } from '../contract.ts'
import { defineKind } from '../kind.ts'
import { validateResourceSlice } from '../validation/resource/resourceslice.ts'

/** Source: pkg/apis/resource/v1/defaults.go SetDefaults_DeviceTaint, which needs to know the time. */
function withTaintTimes(slice: ResourceSlice, context: Pick<StrategyContext, 'now'>): ResourceSlice {
  const { devices } = slice.spec ?? {}
  const missing = devices?.some(({ taints }) => taints?.some(({ timeAdded }) => timeAdded === undefined))
  if (devices === undefined || !missing) return slice
  const timeAdded = rfc3339(context.now())
  const stamped = devices.map((device) =>
    device.taints === undefined
      ? device
      : { ...device, taints: device.taints.map((taint) => ({ timeAdded, ...taint })) },
  )
  return { ...slice, spec: { ...slice.spec, devices: stamped } }
}

const texts = {
  node: 'NodeName identifies the node which provides the resources in this pool. A field selector can be used to list only ResourceSlice objects belonging to a certain node.\n\nThis field can be used to limit access from nodes to ResourceSlices with the same node name. It also indicates to autoscalers that adding new nodes of the same type as some old node might also make new resources available.\n\nExactly one of NodeName, NodeSelector, AllNodes, and PerDeviceNodeSelection must be set. This field is immutable.',
  driver:
    'Driver identifies the DRA driver providing the capacity information. A field selector can be used to list only ResourceSlice objects with a certain driver name.\n\nMust be a DNS subdomain and should end with a DNS domain owned by the vendor of the driver. It should use only lower case characters. This field is immutable.',
  pool: 'Name is used to identify the pool. For node-local devices, this is often the node name, but this is not required.\n\nIt must not be longer than 253 characters and must consist of one or more DNS sub-domains separated by slashes. This field is immutable.',
}

export const resourceSlice = defineKind<ResourceSlice>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  resource: 'resourceslices',
  singular: 'resourceslice',
  namespaced: false,
  schema: 'io.k8s.api.resource.v1.ResourceSlice',
  prepareForCreate: (slice, context) => withTaintTimes(slice, context),
  prepareForUpdate: (slice, _old, context) => withTaintTimes(slice, context),
  validate: (slice) => validateResourceSlice(slice),
  validateUpdate: validateResourceSlice,
  // Source: pkg/registry/resource/resourceslice/strategy.go WarningsOnCreate.
  warnings: ({ spec: { driver } }) =>
    driver === driver.toLowerCase()
      ? []
      : [`spec.driver: driver names should be lowercase; ${quote(driver)} contains uppercase characters`],
  columns: [
    nameColumn,
    column('Node', texts.node, ({ spec }) => spec?.nodeName ?? ''),
    column('Driver', texts.driver, ({ spec }) => spec?.driver ?? ''),
    column('Pool', texts.pool, ({ spec }) => spec?.pool?.name ?? ''),
    ageColumn,
  ],
  fieldSelectors: {
    'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
    'spec.driver': ({ spec }) => spec?.driver ?? '',
  },
})
