import type { EventsRecorder } from '../../client/contract.ts'
import { EXTENSION_POINTS, type ExtensionPoint, type PluginEntry, type Profile } from './config/configuration.ts'
import { withDefaults } from './config/defaults.ts'
import type { Plugin, PluginHandle, QueueOrder, Registry, WeightedPlugin } from './framework.ts'
import { inTreeRegistry } from './registry.ts'

/** A profile whose plugins are made: one of the schedulers of the process. Source: framework/runtime/framework.go frameworkImpl */
export interface Framework {
  readonly schedulerName: string
  readonly percentageOfNodesToScore: number | undefined
  readonly recorder: EventsRecorder
  readonly preEnqueue: readonly Plugin[]
  readonly preFilter: readonly Plugin[]
  readonly filter: readonly Plugin[]
  readonly postFilter: readonly Plugin[]
  readonly preScore: readonly Plugin[]
  readonly score: readonly WeightedPlugin[]
  readonly reserve: readonly Plugin[]
  readonly permit: readonly Plugin[]
  readonly preBind: readonly Plugin[]
  readonly bind: readonly Plugin[]
  readonly postBind: readonly Plugin[]
  /** Every plugin of the profile. */
  readonly all: readonly Plugin[]
  less(a: QueueOrder, b: QueueOrder): boolean
}

/** What a plugin that serves at a point has. Source: framework/interface.go */
const IMPLEMENTS: Readonly<Record<ExtensionPoint, (plugin: Plugin) => unknown>> = {
  preFilter: ({ preFilter }) => preFilter,
  filter: ({ filter }) => filter,
  postFilter: ({ postFilter }) => postFilter,
  reserve: ({ reserve, unreserve }) => reserve ?? unreserve,
  preScore: ({ preScore }) => preScore,
  score: ({ score }) => score,
  preBind: ({ preBind }) => preBind,
  bind: ({ bind }) => bind,
  postBind: ({ postBind }) => postBind,
  permit: ({ permit }) => permit,
  preEnqueue: ({ preEnqueue }) => preEnqueue,
  queueSort: ({ less }) => less,
  placementGenerate: () => undefined,
  placementScore: () => undefined,
}

/** `PreFilterPlugin`, as Go names the interface. */
const interfaceOf = (point: ExtensionPoint): string => `${point[0]!.toUpperCase()}${point.slice(1)}Plugin`

/**
 * @throws Error that ends the program
 * Source: pkg/scheduler/profile/profile.go NewMap
 */
export function buildProfile(profile: Profile, registry: Registry, handle: PluginHandle): Framework {
  try {
    return buildFramework(profile, registry, handle)
  } catch (error) {
    const { message } = error as Error
    throw new Error(`initializing profiles: creating profile for scheduler name ${profile.schedulerName}: ${message}`)
  }
}

/** Source: framework/runtime/framework.go NewFramework */
function buildFramework(profile: Profile, registry: Registry, handle: PluginHandle): Framework {
  const plugins = makePlugins(profile, registry, handle)
  const lists = new Map<ExtensionPoint, readonly Plugin[]>()
  // All that the points name themselves is looked at before what comes from `multiPoint`.
  for (const point of EXTENSION_POINTS) namedPlugins(point, profile, plugins)
  for (const point of EXTENSION_POINTS) lists.set(point, pluginsAt(point, profile, plugins))
  const at = (point: ExtensionPoint): readonly Plugin[] => lists.get(point) ?? []
  const name = profile.schedulerName
  const [sort, ...others] = at('queueSort')
  if (sort === undefined || others.length > 0)
    throw new Error(
      `only one queue sort plugin required for profile with scheduler name "${name}", but got ${at('queueSort').length}`,
    )
  if (at('bind').length === 0)
    throw new Error(`at least one bind plugin is needed for profile with scheduler name "${name}"`)
  const weights = scoreWeights(profile)
  return {
    schedulerName: name,
    percentageOfNodesToScore: profile.percentageOfNodesToScore,
    recorder: handle.recorder,
    preEnqueue: at('preEnqueue'),
    preFilter: at('preFilter'),
    filter: at('filter'),
    postFilter: at('postFilter'),
    preScore: at('preScore'),
    score: at('score').map((plugin) => ({ plugin, weight: weights.get(plugin.name) ?? 1 })),
    reserve: at('reserve'),
    permit: at('permit'),
    preBind: at('preBind'),
    bind: at('bind'),
    postBind: at('postBind'),
    all: [...plugins.values()],
    less: (a, b) => sort.less!(a, b),
  }
}

/** Only those that some point names. */
function makePlugins(profile: Profile, registry: Registry, handle: PluginHandle): ReadonlyMap<string, Plugin> {
  const needed = new Set(Object.values(profile.plugins).flatMap(({ enabled }) => enabled.map(({ name }) => name)))
  const args = new Map(profile.pluginConfig.map((config) => [config.name, config.args]))
  const plugins = new Map<string, Plugin>()
  for (const name of Object.keys(registry)) {
    if (!needed.has(name)) continue
    try {
      plugins.set(name, registry[name]!(args.get(name), handle))
    } catch (error) {
      throw new Error(`initializing plugin "${name}": ${(error as Error).message}`)
    }
  }
  return plugins
}

/** What a point enables by itself. Source: updatePluginList */
function namedPlugins(point: ExtensionPoint, profile: Profile, plugins: ReadonlyMap<string, Plugin>): Set<string> {
  const type = interfaceOf(point)
  const named = new Set<string>()
  for (const { name } of profile.plugins[point].enabled) {
    const plugin = plugins.get(name)
    if (plugin === undefined) throw new Error(`${type} "${name}" does not exist`)
    if (!IMPLEMENTS[point](plugin)) throw new Error(`plugin "${name}" does not extend ${type} plugin`)
    if (named.has(name)) throw new Error(`plugin "${name}" already registered as "${type}"`)
    named.add(name)
  }
  return named
}

/**
 * Plugins of `multiPoint` come behind those that the point names anew, and before those that it names in addition.
 * Source: expandMultiPointPlugins
 */
function pluginsAt(point: ExtensionPoint, profile: Profile, plugins: ReadonlyMap<string, Plugin>): readonly Plugin[] {
  const type = interfaceOf(point)
  const named = namedPlugins(point, profile, plugins)
  const disabled = new Set(profile.plugins[point].disabled.map(({ name }) => name))
  const overrides = new Set<string>()
  const expanded = new Set<string>()
  for (const { name } of disabled.has('*') ? [] : profile.plugins.multiPoint.enabled) {
    const plugin = plugins.get(name)
    if (plugin === undefined) throw new Error(`${type} "${name}" does not exist`)
    if (!IMPLEMENTS[point](plugin) || disabled.has(name)) continue
    if (named.has(name)) overrides.add(name)
    else if (expanded.has(name)) throw new Error(`plugin "${name}" already registered as "${type}"`)
    else expanded.add(name)
  }
  const first = [...named].filter((name) => overrides.has(name))
  const last = [...named].filter((name) => !overrides.has(name))
  return [...first, ...expanded, ...last].map((name) => plugins.get(name)!)
}

/** The weight that `score` names goes before the one of `multiPoint`; none means 1. Source: getValidScoreWeights */
function scoreWeights({ plugins }: Profile): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  const given: readonly PluginEntry[] = [...plugins.score.enabled, ...plugins.multiPoint.enabled]
  for (const { name, weight } of given) if (!weights.has(name)) weights.set(name, weight || 1)
  return weights
}

/** The profile `default-scheduler` as it is without a configuration. */
export const defaultFramework = (handle: PluginHandle, registry: Registry = inTreeRegistry): Framework =>
  buildFramework(withDefaults({}, { genericWorkload: false, gangScheduling: false }).profiles[0]!, registry, handle)
