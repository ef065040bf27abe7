import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Verdict } from '../cases/verdict.ts'
import { firstDifference, normalized } from './normalize.ts'
import type { Answer, FreshServer } from './server.ts'

/** One kind of recorded answers, compared with ours. */
export type Part = (server: FreshServer, folder: string) => Promise<readonly Verdict[]>

const recorded = <T>(folder: string, file: string): T => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T

/** Compared as they are, or without what differs between any two servers. */
function verdict(group: string, name: string, expected: unknown, got: unknown): Verdict {
  const difference = firstDifference(expected, got)
  if (difference === undefined) return { group, name, agrees: true, expected, got }
  const { at } = difference
  const where = at === '' ? name : `${name} at ${at.slice(1)}`
  return { group, name: where, agrees: false, expected: difference.expected, got: difference.got }
}

/** Each of two lists of named things, those that only one of them has included. */
function byName(
  group: string,
  expected: ReadonlyMap<string, unknown>,
  got: ReadonlyMap<string, unknown>,
): readonly Verdict[] {
  const names = new Set([...expected.keys(), ...got.keys()])
  return [...names].map((name) => verdict(group, name, expected.get(name), got.get(name)))
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch {
    return body
  }
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'

interface GroupDiscovery {
  readonly metadata: { readonly name?: string }
  readonly versions: readonly {
    readonly version: string
    readonly resources: readonly { readonly resource: string }[]
  }[]
}

/** Every resource of an aggregated document by its place in it. */
function aggregatedResources(body: unknown): ReadonlyMap<string, unknown> {
  const { items } = body as { readonly items: readonly GroupDiscovery[] }
  const entries = items.flatMap(({ metadata: { name = 'core' }, versions }, group) =>
    versions.flatMap(({ resources, ...version }, index) => [
      [`${name}/${version.version}`, { group, index, ...version } as unknown] as const,
      ...resources.map((each) => [`${name}/${version.version}/${each.resource}`, each as unknown] as const),
    ]),
  )
  return new Map(entries)
}

const aggregatedDiscovery: Part = async (server, folder) => {
  const verdicts: Verdict[] = []
  for (const root of ['api', 'apis']) {
    const answer = await server.ask('GET', `/${root}`, { accept: AGGREGATED })
    const expected = aggregatedResources(recorded(folder, `${root}-aggregated.json`))
    verdicts.push(...byName('discovery, aggregated', expected, aggregatedResources(parsed(answer.body))))
  }
  return verdicts
}

interface ResourceList {
  readonly resources?: readonly { readonly name: string }[]
}

const resourcesOf = ({ resources = [], ...list }: ResourceList, name: string): ReadonlyMap<string, unknown> =>
  new Map([[name, list], ...resources.map((each) => [`${name}/${each.name}`, each] as const)])

const groupDiscovery: Part = async (server, folder) => {
  const verdicts: Verdict[] = []
  const group = 'discovery, by group'
  for (const root of ['api', 'apis']) {
    const answer = await server.ask('GET', `/${root}`, { accept: 'application/json' })
    const expected = normalized(recorded(folder, `${root}.json`))
    verdicts.push(verdict(group, `/${root}`, expected, normalized(parsed(answer.body))))
  }
  for (const file of readdirSync(folder).filter((each) => each.startsWith('group_'))) {
    const [, name, version] = /^group_(.+)_(\w+)\.json$/.exec(file)!
    const path = name === 'core' ? `/api/${version}` : `/apis/${name}/${version}`
    const answer = await server.ask('GET', path, { accept: 'application/json' })
    const ours = parsed(answer.body) as ResourceList
    verdicts.push(...byName(group, resourcesOf(recorded(folder, file), path), resourcesOf(ours, path)))
  }
  return verdicts
}

const pathOf = (key: string): string => (key.startsWith('core/') ? `/api/${key.slice(5)}` : `/apis/${key}`)

const tables: Part = async (server, folder) => {
  const verdicts: Verdict[] = []
  const resources = recorded<Record<string, { readonly columns: unknown }>>(folder, 'table-columns.json')
  for (const [key, { columns }] of Object.entries(resources)) {
    const { body } = await server.ask('GET', pathOf(key), { accept: TABLE })
    const { columnDefinitions } = parsed(body) as { readonly columnDefinitions?: unknown }
    verdicts.push(verdict('columns of tables', key, columns, columnDefinitions))
  }
  return verdicts
}

interface List {
  readonly items?: readonly { readonly metadata: { readonly name: string; readonly namespace?: string } }[]
}

function objectsOf(list: List): ReadonlyMap<string, unknown> {
  const named = (list.items ?? []).map((object) => {
    const { namespace = '', name } = object.metadata
    return [normalized(`${namespace}/${name}`) as string, normalized(object)] as const
  })
  return new Map(named)
}

const initialObjects: Part = async (server, folder) => {
  const verdicts: Verdict[] = []
  for (const [key, list] of Object.entries(recorded<Record<string, List>>(folder, 'initial-objects.json'))) {
    const { body } = await server.ask('GET', pathOf(key), { accept: 'application/json' })
    const ours = parsed(body) as List
    const { items: _, ...head } = list
    const { items: __, ...ourHead } = ours
    verdicts.push(verdict('initial objects', key, normalized(head), normalized(ourHead)))
    const each = byName('initial objects', objectsOf(list), objectsOf(ours))
    verdicts.push(...each.map((one) => ({ ...one, name: `${key} ${one.name}` })))
  }
  return verdicts
}

interface RecordedError {
  readonly status: number
  readonly warning?: string | null
  readonly type?: string
  readonly body: string
}

const comparableError = (answer: RecordedError | Answer, warning: string | null | undefined, type?: string) => ({
  status: answer.status,
  warning: warning ?? null,
  type,
  body: normalized(parsed(answer.body)),
})

const errors: Part = async (server, folder) => {
  const verdicts: Verdict[] = []
  for (const [request, theirs] of Object.entries(recorded<Record<string, RecordedError>>(folder, 'errors.json'))) {
    const [, method, path, accept, type, body] = /^(\S+) (\S+)(?: accept=(\S+))?(?: (\S+) (.*))?$/s.exec(request)!
    const answer = await server.ask(method!, path!, {
      ...(accept !== undefined && { accept }),
      ...(type !== undefined && { type }),
      ...(body !== undefined && { body }),
    })
    const expected = comparableError(theirs, theirs.warning, theirs.type)
    const got = comparableError(answer, answer.headers.warning, theirs.type && answer.headers['content-type'])
    verdicts.push(verdict('errors', request, expected, got))
  }
  return verdicts
}

interface RecordedHeaders {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** Values that no two servers share. */
const OWN = /^(Audit-Id|Etag|X-Kubernetes-Pf)/

const headers: Part = async (server, folder) => {
  const verdicts: Verdict[] = []
  const all = recorded<Record<string, RecordedHeaders>>(folder, 'headers.json')
  for (const [request, theirs] of Object.entries(all)) {
    const [path, accept] = request.split(' | ') as [string, string]
    const answer = await server.ask('GET', path, { accept })
    verdicts.push(verdict('headers', `${request} status`, theirs.status, answer.status))
    for (const [name, value] of Object.entries(theirs.headers)) {
      const ours = answer.headers[name.toLowerCase()]
      const expected = OWN.test(name) ? 'any' : value
      verdicts.push(verdict('headers', `${request} ${name}`, expected, OWN.test(name) && ours ? 'any' : ours))
    }
  }
  return verdicts
}

const texts: Part = async (server, folder) => {
  const verdicts: Verdict[] = []
  for (const endpoint of ['livez', 'readyz']) {
    const expected = readFileSync(join(folder, `${endpoint}-verbose.txt`), 'utf8').split('\n')
    const got = (await server.ask('GET', `/${endpoint}?verbose`)).body.split('\n')
    verdicts.push(...expected.map((line, i) => verdict('health', `${endpoint} line ${i + 1}`, line, got[i])))
  }
  const version = parsed((await server.ask('GET', '/version')).body)
  verdicts.push(verdict('version', '/version', recorded(folder, 'version.json'), version))
  return verdicts
}

const paths: Part = async (server, folder) => {
  const named = (list: readonly string[]) => new Map(list.map((path) => [path, path]))
  const { paths: theirs } = recorded<{ readonly paths: readonly string[] }>(folder, 'root.json')
  const { paths: ours } = parsed((await server.ask('GET', '/')).body) as { readonly paths: readonly string[] }
  const openid = '/.well-known/openid-configuration'
  const configuration = normalized(parsed((await server.ask('GET', openid)).body)) as Record<string, unknown>
  const expected = normalized(recorded(folder, 'openid-configuration.json')) as Record<string, unknown>
  return [
    ...byName('paths of /', named(theirs), named(ours)),
    ...byName('openid configuration', new Map(Object.entries(expected)), new Map(Object.entries(configuration))),
  ]
}

type Index = Readonly<Record<string, { readonly serverRelativeURL: string }>>

const openApiIndex: Part = async (server, folder) => {
  // The hash is that of the document: it changes with every sentence in it.
  const urls = (index: Index) =>
    new Map(Object.entries(index).map(([path, { serverRelativeURL: url }]) => [path, url.replace(/hash=\w+/, 'hash')]))
  const theirs = recorded<{ readonly paths: Index }>(folder, 'openapi-v3.json')
  const ours = parsed((await server.ask('GET', '/openapi/v3')).body) as typeof theirs
  return byName('openapi v3 index', urls(theirs.paths), urls(ours.paths))
}

const all = { aggregatedDiscovery, groupDiscovery, tables, initialObjects, headers, texts, paths, openApiIndex, errors }

/** Every part in turn; requests that change something come last. @throws when the folder has no recordings */
export async function compare(server: FreshServer, folder: string): Promise<readonly Verdict[]> {
  if (!existsSync(join(folder, 'errors.json'))) throw new Error(`${folder}: there are no recorded answers`)
  const verdicts: Verdict[] = []
  for (const part of Object.values(all)) verdicts.push(...(await part(server, folder)))
  return verdicts
}
