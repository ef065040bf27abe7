import type { Endpoint, EndpointHints, EndpointSlice, Service } from '../../../api/types.ts'

/** Slices of one address type on their way to the server. */
export interface HintedSlices {
  readonly create: readonly EndpointSlice[]
  readonly update: readonly EndpointSlice[]
  readonly unchanged: readonly EndpointSlice[]
}

const CLOSE: ReadonlySet<string> = new Set(['PreferClose', 'PreferSameZone', 'PreferSameNode'])

export function hasTrafficDistribution({ spec: { trafficDistribution } }: Service): boolean {
  return trafficDistribution !== undefined && CLOSE.has(trafficDistribution)
}

/** Says for whom each ready endpoint is: its own zone, and its own node. Source: endpointslice/trafficdist/trafficdist.go ReconcileHints */
export function withDistributionHints(slices: HintedSlices, { spec: { trafficDistribution } }: Service): HintedSlices {
  const byNode = trafficDistribution === 'PreferSameNode'
  return withEndpoints(slices, (endpoint) =>
    isReadyEndpoint(endpoint) ? withHints(endpoint, closeHints(endpoint, byNode)) : endpoint,
  )
}

/** Source: topologycache/utils.go RemoveHintsFromSlices */
export function withoutHints(slices: HintedSlices): HintedSlices {
  return withEndpoints(slices, (endpoint) => withHints(endpoint, undefined))
}

export const isReadyEndpoint = ({ conditions }: Endpoint): boolean => conditions?.ready === true

/** Answers the endpoint itself if these are its hints. */
export function withHints(endpoint: Endpoint, hints: EndpointHints | undefined): Endpoint {
  const { hints: before, ...others } = endpoint
  if (hints === undefined) return before === undefined ? endpoint : others
  return text(before) === text(hints) ? endpoint : { ...endpoint, hints }
}

function text(hints: EndpointHints | undefined): string {
  const { forZones = [], forNodes = [] } = hints ?? {}
  return [forZones, forNodes].map((each) => each.map(({ name }) => name).join()).join('|')
}

function closeHints({ zone, nodeName }: Endpoint, byNode: boolean): EndpointHints | undefined {
  const forNodes = byNode && nodeName !== undefined ? [{ name: nodeName }] : undefined
  if (zone === undefined && forNodes === undefined) return undefined
  return { ...(zone !== undefined && { forZones: [{ name: zone }] }), ...(forNodes && { forNodes }) }
}

/** Unchanged slices that something changes in after all are updated. */
function withEndpoints(
  { create, update, unchanged }: HintedSlices,
  how: (endpoint: Endpoint) => Endpoint,
): HintedSlices {
  const changed = unchanged.map((slice) => mapEndpoints(slice, how))
  return {
    create: create.map((slice) => mapEndpoints(slice, how)),
    update: [
      ...update.map((slice) => mapEndpoints(slice, how)),
      ...changed.filter((slice, i) => slice !== unchanged[i]),
    ],
    unchanged: unchanged.filter((slice, i) => slice === changed[i]),
  }
}

/** Answers the slice itself if no endpoint changes. */
export function mapEndpoints(slice: EndpointSlice, how: (endpoint: Endpoint) => Endpoint): EndpointSlice {
  const before = slice.endpoints ?? []
  const endpoints = before.map(how)
  return endpoints.every((endpoint, i) => endpoint === before[i]) ? slice : { ...slice, endpoints }
}
