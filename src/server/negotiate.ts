/** What form of answer a request accepts. Source: apiserver/pkg/endpoints/handlers/negotiation/negotiate.go NegotiateOutputMediaType */
export interface Representation {
  readonly format: 'json' | 'yaml'
  readonly as?: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | 'APIGroupDiscoveryList'
  readonly version?: string
  readonly pretty: boolean
}

interface Clause {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  readonly quality: number
}

/** Media types in the order in which the client wants them. */
export function parseAccept(header: string): readonly Clause[] {
  const clauses = header
    .split(',')
    .map((text) => {
      const [type, ...rest] = text.split(';').map((part) => part.trim())
      const parameters = new Map(rest.map((part) => part.split('=', 2).map((word) => word.trim()) as [string, string]))
      return { type: type!.toLowerCase(), parameters, quality: quality(parameters.get('q')) }
    })
    .filter(({ type }) => type !== '')
  return clauses.sort((a, b) => b.quality - a.quality)
}

/** What is no number counts in full. Source: munnerlyn/goautoneg accept.go ParseAccept */
function quality(text: string | undefined): number {
  const value = Number(text ?? 1)
  return Number.isNaN(value) ? 1 : value
}

/**
 * @param allowed the `as=` forms that this answer can take
 * @returns undefined when nothing fits: 406
 */
export function negotiate(
  accept: string | undefined,
  allowed: readonly string[],
  pretty: boolean,
): Representation | undefined {
  if (accept === undefined || accept === '') return { format: 'json', pretty }
  for (const { type, parameters } of parseAccept(accept)) {
    const format = formatOf(type)
    if (format === undefined) continue
    const as = parameters.get('as')
    if (as === undefined) return { format, pretty }
    if (!allowed.includes(as)) continue
    const version = parameters.get('v')
    if (
      as !== 'APIGroupDiscoveryList' &&
      (parameters.get('g') !== 'meta.k8s.io' || !/^v1(beta1)?$/.test(version ?? ''))
    )
      continue
    return { format, as: as as NonNullable<Representation['as']>, ...(version && { version }), pretty }
  }
  return undefined
}

/** Clients that ask for protobuf decode by the type of the answer, so they get JSON. */
function formatOf(type: string): 'json' | 'yaml' | undefined {
  switch (type) {
    case 'application/json':
    case 'application/*':
    case '*/*':
    case 'application/vnd.kubernetes.protobuf':
      return 'json'
    case 'application/yaml':
      return 'yaml'
    default:
      return undefined
  }
}

/** Source: negotiate.go isPrettyPrint */
export function wantsPretty(query: URLSearchParams, userAgent: string): boolean {
  const asked = query.get('pretty')
  if (asked !== null && asked !== '') return /^(1|t|true)$/i.test(asked)
  return /^(curl|Wget|Mozilla\/5\.0)/.test(userAgent)
}

/** Source: responsewriters/writers.go negotiateContentEncoding */
export function acceptsGzip(header: string | undefined): boolean {
  return header?.split(',').some((token) => token.trim() === 'gzip') ?? false
}

/** Whether objects are written in any of the types. */
export function knownType(accept: string): boolean {
  return parseAccept(accept).some(({ type }) => formatOf(type) !== undefined)
}
