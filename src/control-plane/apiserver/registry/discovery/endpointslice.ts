import type { EndpointSlice, EndpointSlicePort } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { columnTexts } from '../columns/texts.ts'
import { defineKind } from '../kind.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { validateEndpointSlice, validateEndpointSliceUpdate } from '../validation/endpointslice.ts'

/** Source: pkg/apis/discovery/v1/defaults.go SetDefaults_EndpointPort. */
function defaults(slice: EndpointSlice): EndpointSlice {
  if (!slice.ports?.some((port) => port.name === undefined || port.protocol === undefined)) return slice
  return {
    ...slice,
    ports: slice.ports.map((port) => ({ ...port, name: port.name ?? '', protocol: port.protocol ?? 'TCP' })),
  }
}

const MOST = 3

/** Source: printers.go listWithMoreString. */
function withMore(all: readonly string[]): string {
  const shown = all.slice(0, MOST).join(',')
  return all.length > MOST ? `${shown} + ${all.length - MOST} more...` : shown || '<unset>'
}

const portText = (port: EndpointSlicePort): string => (port.port === undefined ? (port.name ?? '*') : String(port.port))

/** Everything but metadata counts as a change, and of that the labels. Source: pkg/registry/discovery/endpointslice/strategy.go PrepareForUpdate. */
function prepareForUpdate(given: EndpointSlice, old: EndpointSlice): EndpointSlice {
  const hadTopology = old.endpoints?.some(({ deprecatedTopology }) => deprecatedTopology !== undefined)
  const slice = hadTopology ? given : withoutTopology(given)
  const same =
    semanticallyEqual(slice.endpoints, old.endpoints) &&
    semanticallyEqual(slice.ports, old.ports) &&
    semanticallyEqual(slice.metadata.labels ?? {}, old.metadata.labels ?? {})
  if (same) return slice
  return { ...slice, metadata: { ...slice.metadata, generation: (old.metadata.generation ?? 0) + 1 } }
}

/** v1 knows no topology but what v1beta1 left. Source: strategy.go dropTopologyOnV1 */
function withoutTopology(slice: EndpointSlice): EndpointSlice {
  if (!slice.endpoints?.some(({ deprecatedTopology }) => deprecatedTopology !== undefined)) return slice
  return { ...slice, endpoints: slice.endpoints.map(({ deprecatedTopology: _, ...endpoint }) => endpoint) }
}

/** Source: strategy.go warnOnDeprecatedAddressType */
const warnings = ({ addressType }: EndpointSlice): readonly string[] =>
  addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []

const texts = columnTexts.EndpointSlice

export const endpointSlice = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  resource: 'endpointslices',
  singular: 'endpointslice',
  namespaced: true,
  schema: 'io.k8s.api.discovery.v1.EndpointSlice',
  defaults,
  prepareForCreate: (slice) => ({ ...withoutTopology(slice), metadata: { ...slice.metadata, generation: 1 } }),
  warnings,
  prepareForUpdate,
  validate: (slice) => validateEndpointSlice(slice),
  validateUpdate: validateEndpointSliceUpdate,
  columns: [
    nameColumn,
    column('AddressType', texts.addressType, (each) => each.addressType),
    column('Ports', texts.ports, (each) => withMore((each.ports ?? []).map(portText))),
    column('Endpoints', texts.endpoints, (each) =>
      withMore((each.endpoints ?? []).flatMap((endpoint) => endpoint.addresses)),
    ),
    ageColumn,
  ],
})
