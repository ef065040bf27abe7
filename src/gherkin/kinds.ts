import { groupOf, versionOf } from '../api/meta.ts'
import type { ResourceRef } from '../api/request.ts'
import { resourceKey, resourceOf, resources } from '../api/resources.ts'
import type { CustomResourceDefinition, Kind, KubernetesObject } from '../api/types.ts'
import { nearestName } from './explain/slips.ts'
import { SpecError } from './step.ts'
import type { World } from './world.ts'

/** How a kind that steps speak of is served. */
export interface ServedKind {
  readonly resource: ResourceRef
  readonly namespaced: boolean
  /** The name by which clients know it. */
  readonly known: Kind
  readonly custom: boolean
}

/**
 * A built-in kind (`Pod`) or a custom resource's, with or without its group (`Widget`, `Widget.example.com`).
 *
 * @throws {SpecError} for a kind that is not served
 */
export function servedKind(world: World, kind: string): ServedKind {
  const dot = kind.indexOf('.')
  const [name, group] = dot < 0 ? [kind, undefined] : [kind.slice(0, dot), kind.slice(dot + 1)]
  const found = builtIn(name, group) ?? custom(world, name, group) ?? alpha(name, group)
  if (found !== undefined) return found
  const meant = nearestName(name, servedNames(world))
  throw new SpecError(`no kind ${kind} is served${meant === undefined ? '' : `; did you mean ${meant}?`}`)
}

const servedNames = (world: World): readonly string[] => [
  ...Object.keys(resources),
  ...world.client.list('CustomResourceDefinition').map(({ spec }) => spec.names.kind),
]

/** The kind of a manifest, in the version that it is written in. */
export function kindOfManifest(world: World, { apiVersion, kind, metadata }: KubernetesObject): ServedKind {
  const group = groupOf(apiVersion)
  const found =
    builtIn(kind, group) ?? custom(world, kind, group, versionOf(apiVersion)) ?? alpha(kind, group) ?? builtIn(kind)
  if (found !== undefined) return found
  if (group === '' || group.endsWith('.k8s.io'))
    world.incapable(`keep ${kind} "${metadata?.name}": ${apiVersion} ${kind} is not simulated`)
  throw new SpecError(`no ${apiVersion} ${kind} is served: is its CustomResourceDefinition applied?`)
}

const SCHEDULING = { group: 'scheduling.k8s.io', version: 'v1alpha2', namespaced: true }

type AlphaResource = ServedKind['resource'] & { readonly namespaced: boolean }

/** Kinds that are served only where a feature gate and their version are switched on. */
const ALPHA: Readonly<Record<string, AlphaResource>> = {
  PodGroup: { ...SCHEDULING, resource: 'podgroups' },
  Workload: { ...SCHEDULING, resource: 'workloads' },
  StorageVersion: {
    group: 'internal.apiserver.k8s.io',
    version: 'v1alpha1',
    resource: 'storageversions',
    namespaced: false,
  },
}

function alpha(kind: string, group?: string): ServedKind | undefined {
  const found = ALPHA[kind]
  if (found === undefined || (group !== undefined && group !== found.group)) return undefined
  const { namespaced, ...resource } = found
  return { resource, namespaced, known: resourceKey(resource) as Kind, custom: true }
}

function builtIn(kind: string, group?: string): ServedKind | undefined {
  const found = resourceOf(kind)
  if (found === undefined || (group !== undefined && group !== found.group)) return undefined
  const { namespaced, ...resource } = found
  return { resource, namespaced, known: kind as Kind, custom: false }
}

function custom(world: World, kind: string, group?: string, asked?: string): ServedKind | undefined {
  const isMeant = ({ spec }: CustomResourceDefinition) =>
    spec.names.kind === kind && (group === undefined || spec.group === group)
  const spec = world.client.list('CustomResourceDefinition').find(isMeant)?.spec
  const version = spec?.versions.find(({ name, served }) => served && (asked === undefined || name === asked))
  if (spec === undefined || version === undefined) return undefined
  const resource = { group: spec.group, version: version.name, resource: spec.names.plural }
  return { resource, namespaced: spec.scope === 'Namespaced', known: resourceKey(resource) as Kind, custom: true }
}
