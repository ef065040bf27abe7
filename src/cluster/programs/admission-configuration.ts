import { parse } from 'yaml'
import type { AdmissionConfiguration } from '../../control-plane/apiserver/admission/configuration.ts'
import type { ApiServerOptions } from '../../control-plane/apiserver/contract.ts'
import type { Process } from '../../node/contract.ts'
import type { Flags } from './flags.ts'

interface ConfigurationFile {
  readonly kind?: string
  readonly plugins?: readonly { readonly name: string; readonly path?: string; readonly configuration?: unknown }[]
}

/** What --admission-control-config-file holds, with the files it names. Source: apiserver/pkg/admission/config.go ReadAdmissionConfiguration */
export function admissionConfiguration(
  flags: Flags,
  { files }: Process,
): Pick<ApiServerOptions, 'admissionConfiguration'> {
  const path = flags.get('admission-control-config-file')
  const text = path === undefined ? undefined : files.read(path)
  if (text === undefined) return {}
  const { plugins = [] } = (parse(text) ?? {}) as ConfigurationFile
  const folder = path!.slice(0, path!.lastIndexOf('/') + 1)
  const entries = plugins.map(({ name, path: file, configuration }) => {
    const named = file === undefined ? undefined : files.read(file.startsWith('/') ? file : folder + file)
    return [name, configuration ?? (named === undefined ? undefined : (parse(named) as unknown))] as const
  })
  return { admissionConfiguration: Object.fromEntries(entries) as AdmissionConfiguration }
}
