import { apiVersionOf } from '../../api/meta.ts'
import type { Endpoint, Storage, Table } from './contract.ts'
import type { KindDefinition } from './registry/contract.ts'

/** @param storageOf where the objects of a stored kind are kept */
export function createTable(
  kinds: readonly KindDefinition[],
  storageOf: (definition: KindDefinition) => Storage,
): Table {
  const storages = new Map<string, Storage>()
  for (const definition of kinds)
    if (!definition.virtual && definition.view === undefined)
      storages.set(resourceKey(definition), storageOf(definition))
  const endpoints = kinds.map((definition): Endpoint => {
    const { group, version, resource } = definition
    const storage = definition.virtual ? undefined : storages.get(resourceKey(definition.view ?? definition))
    return { definition, groupResource: { group, resource }, apiVersion: apiVersionOf(group, version), storage }
  })
  const byPath = new Map(endpoints.map((endpoint) => [pathKey(endpoint.definition), endpoint]))
  let custom: ReadonlyMap<string, Endpoint> = new Map()
  let all: readonly Endpoint[] = endpoints
  const byKind = new Map(
    endpoints
      .filter((endpoint) => endpoint.definition.view === undefined)
      .map((endpoint) => [endpoint.definition.kind, endpoint]),
  )
  return {
    get endpoints() {
      return all
    },
    find: (group, version, resource) => {
      const path = `${group}/${version}/${resource}`
      return byPath.get(path) ?? custom.get(path)
    },
    serve: (more) => {
      custom = new Map(more.map((endpoint) => [pathKey(endpoint.definition), endpoint]))
      all = [...endpoints, ...more]
    },
    forKind: (kind) => byKind.get(kind),
  }
}

function resourceKey({ group, resource }: { readonly group: string; readonly resource: string }): string {
  return `${group}/${resource}`
}

function pathKey({ group, version, resource }: KindDefinition): string {
  return `${group}/${version}/${resource}`
}
