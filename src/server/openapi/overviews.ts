import type { ServedKind } from '../contract.ts'
import { groupWord } from './operations.ts'

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const ENCODINGS = ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml']

/** A GET that tells what there is, rather than objects. */
export interface Overview {
  /** The OpenAPI v3 document it stands in: `apis/apps`. */
  readonly document: string
  readonly path: string
  readonly tag: string
  readonly id: string
  readonly description: string
  /** A type, or text where there is none. */
  readonly answer?: string
  readonly types: readonly string[]
}

const KEYS: Omit<Overview, 'document' | 'path' | 'id' | 'description'> = { tag: 'openid', types: ['application/json'] }

/** Those of every server. Source: apiserver/pkg/server/routes, apiserver/pkg/endpoints/discovery/{root,legacy}.go */
const FIXED: readonly Overview[] = [
  {
    ...KEYS,
    document: '.well-known/openid-configuration',
    path: '/.well-known/openid-configuration/',
    tag: 'WellKnown',
    id: 'getServiceAccountIssuerOpenIDConfiguration',
    description: "get service account issuer OpenID configuration, also known as the 'OIDC discovery doc'",
  },
  {
    ...KEYS,
    document: 'openid/v1/jwks',
    path: '/openid/v1/jwks/',
    id: 'getServiceAccountIssuerOpenIDKeyset',
    description: 'get service account issuer OpenID JSON Web Key Set (contains public token verification keys)',
    types: ['application/jwk-set+json'],
  },
  {
    document: 'version',
    path: '/version/',
    tag: 'version',
    id: 'getCodeVersion',
    description: 'get the version information for this server',
    answer: 'io.k8s.apimachinery.pkg.version.Info',
    types: ['application/json'],
  },
  {
    document: 'api',
    path: '/api/',
    tag: 'core',
    id: 'getCoreAPIVersions',
    description: 'get available API versions',
    answer: `${META}.APIVersions`,
    types: ENCODINGS,
  },
  {
    document: 'apis',
    path: '/apis/',
    tag: 'apis',
    id: 'getAPIVersions',
    description: 'get available API versions',
    answer: `${META}.APIGroupList`,
    types: ENCODINGS,
  },
]

/** Every overview there is; groups of custom resources have none. Source: apiserver/pkg/endpoints/discovery/{group,version}.go */
export function overviewsOf(kinds: readonly ServedKind[]): readonly Overview[] {
  const builtIn = kinds.filter(({ custom }) => custom === undefined)
  const groups = [...new Set(builtIn.map(({ group }) => group).filter((group) => group !== ''))]
  const versions = new Map(builtIn.map((kind) => [`${kind.group}/${kind.version}`, kind]))
  return [...FIXED, ...groups.map(ofGroup), ...[...versions.values()].map(ofVersion)]
}

function ofGroup(group: string): Overview {
  return {
    document: `apis/${group}`,
    path: `/apis/${group}/`,
    tag: groupWord(group),
    id: `get${capital(groupWord(group))}APIGroup`,
    description: 'get information of a group',
    answer: `${META}.APIGroup`,
    types: ENCODINGS,
  }
}

function ofVersion({ group, version }: ServedKind): Overview {
  const document = group === '' ? `api/${version}` : `apis/${group}/${version}`
  return {
    document,
    path: `/${document}/`,
    tag: `${groupWord(group)}_${version}`,
    id: `get${capital(groupWord(group))}${capital(version)}APIResources`,
    description: 'get available resources',
    answer: `${META}.APIResourceList`,
    types: ENCODINGS,
  }
}

const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1)

const UNAUTHORIZED = { 401: { description: 'Unauthorized' } }

export function overview3({ tag, description, id, answer, types }: Overview): object {
  const schema = answer === undefined ? { type: 'string' } : { $ref: `#/components/schemas/${answer}` }
  const content = Object.fromEntries(types.map((type) => [type, { schema }]))
  const responses = { 200: { description: 'OK', content }, ...UNAUTHORIZED }
  return { get: { tags: [tag], description, operationId: id, responses } }
}

export function overview2({ tag, description, id, answer, types }: Overview): object {
  const schema = answer === undefined ? { type: 'string' } : { $ref: `#/definitions/${answer}` }
  const media =
    types === ENCODINGS ? ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'] : types
  const responses = { 200: { description: 'OK', schema }, ...UNAUTHORIZED }
  const consumes = answer === undefined ? {} : { consumes: media }
  return {
    get: { description, ...consumes, produces: media, schemes: ['https'], tags: [tag], operationId: id, responses },
  }
}
