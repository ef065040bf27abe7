import type { Endpoints } from '../../../../api/types.ts'
import { ageColumn, column, nameColumn } from '../columns/column.ts'
import { columnTexts } from '../columns/texts.ts'
import { defineKind } from '../kind.ts'
import { validateEndpoints } from '../validation/endpoints.ts'

/** Source: pkg/apis/core/v1/defaults.go SetDefaults_Endpoints. */
function defaults(endpoints: Endpoints): Endpoints {
  if (!endpoints.subsets?.some((subset) => subset.ports?.some((port) => !port.protocol))) return endpoints
  const subsets = endpoints.subsets.map((subset) => ({
    ...subset,
    ports: subset.ports?.map((port) => (port.protocol ? port : { ...port, protocol: 'TCP' })),
  }))
  return { ...endpoints, subsets }
}

const MOST = 3
const hostPort = (ip: string, port: number): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)

/** The first three addresses and how many more. Source: printers.go formatEndpoints. */
function endpointsText(endpoints: Endpoints): string {
  if (!endpoints.subsets?.length) return '<none>'
  const all = endpoints.subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map((each) => each.ip)
      : ports.flatMap((port) => addresses.map((each) => hostPort(each.ip, port.port))),
  )
  const shown = all.slice(0, MOST).join(',')
  return all.length > MOST ? `${shown} + ${all.length - MOST} more...` : shown
}

export const endpoints = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  resource: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  deprecated: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  schema: 'io.k8s.api.core.v1.Endpoints',
  defaults,
  validate: (endpoints) => validateEndpoints(endpoints),
  validateUpdate: validateEndpoints,
  columns: [nameColumn, column('Endpoints', columnTexts.Endpoints.endpoints, endpointsText), ageColumn],
  allowCreateOnUpdate: true,
})
