import { parse } from 'yaml'
import type { SchedulerConfiguration } from './configuration.ts'
import { type RawConfiguration, type SchedulerFeatures, withDefaults } from './defaults.ts'
import { CONFIGURATION, type Layout, PLUGIN_ARGS } from './layout.ts'
import { DecodingError, unknownFields } from './strict-decoding.ts'
import { API_VERSION } from './validation.ts'

const SCHEME = 'in scheme "k8s.io/kubernetes/pkg/scheduler/apis/config/scheme/scheme.go:29"'

/** Other kinds that the group has: they can be read, but are no configuration. */
const OTHER_KINDS: ReadonlySet<string> = new Set(Object.keys(PLUGIN_ARGS).map((name) => `${name}Args`))

/**
 * Reads what --config names; not validated yet.
 *
 * @param text YAML or JSON
 * @returns the configuration with defaults, or the error that the program ends with
 * Source: cmd/kube-scheduler/app/options/configfile.go LoadConfigFromFile
 */
export function loadConfiguration(
  text: string,
  features: SchedulerFeatures,
): SchedulerConfiguration | { readonly error: string } {
  try {
    const raw = decode(text)
    return withDefaults(raw, features)
  } catch (error) {
    if (error instanceof DecodingError) return { error: error.message }
    throw error
  }
}

function decode(text: string): RawConfiguration {
  const document = parsed(text)
  const { apiVersion, kind } = (document ?? {}) as { apiVersion?: unknown; kind?: unknown }
  if (!kind) throw new DecodingError(`Object 'Kind' is missing in '${text}'`)
  if (!apiVersion) throw new DecodingError(`Object 'apiVersion' is missing in '${text}'`)
  if (apiVersion !== API_VERSION || (kind !== 'KubeSchedulerConfiguration' && !OTHER_KINDS.has(String(kind))))
    throw new DecodingError(`no kind "${kind}" is registered for version "${apiVersion}" ${SCHEME}`)
  if (kind !== 'KubeSchedulerConfiguration')
    throw new DecodingError(`couldn't decode as KubeSchedulerConfiguration, got ${apiVersion}, Kind=${kind}: `)
  const unknown = unknownFields(CONFIGURATION, document).map((field) => `unknown field "${field}"`)
  const raw = document as RawConfiguration
  const problems = [...unknown, ...problemsOfArgs(raw)]
  if (problems.length > 0) throw new DecodingError(`strict decoding error: ${problems.join(', ')}`)
  return raw
}

/** YAML as Go reads it: 1.1, where `on` and `no` are booleans. */
function parsed(text: string): unknown {
  try {
    return parse(text, { version: '1.1', logLevel: 'error' })
  } catch (error) {
    throw new DecodingError(`yaml: ${(error as Error).message.split('\n')[0]}`)
  }
}

/** Source: kube-scheduler/config/v1/types.go PluginConfig.decodeNestedObjects */
function problemsOfArgs(raw: RawConfiguration): readonly string[] {
  return (raw.profiles ?? []).flatMap((profile, i) =>
    (profile.pluginConfig ?? []).flatMap(({ name, args }, j) => {
      const layout = PLUGIN_ARGS[name]
      if (layout === undefined || args == null) return []
      const at = `decoding .profiles[${i}].pluginConfig[${j}]`
      const { kind = `${name}Args`, apiVersion = API_VERSION } = args as { kind?: string; apiVersion?: string }
      const group = apiVersion.split('/')[0]
      if (kind !== `${name}Args`)
        throw new DecodingError(
          `${at}: args for plugin ${name} were not of type ${name}Args.kubescheduler.config.k8s.io, got ${kind}.${group}`,
        )
      const reading = `decoding args for plugin ${name}`
      const unknown = unknownOf(layout, args, `${at}: ${reading}`).map((field) => `unknown field "${field}"`)
      if (unknown.length === 0) return []
      const strict = 'strict decoding error'
      return [`${at}: ${strict}: ${reading}: ${strict}: ${unknown.join(', ')}`]
    }),
  )
}

/** @throws DecodingError that says which arguments it is about */
function unknownOf(layout: Layout, args: unknown, at: string): readonly string[] {
  try {
    return unknownFields(layout, args)
  } catch (error) {
    if (error instanceof DecodingError) throw new DecodingError(`${at}: ${error.message}`)
    throw error
  }
}
