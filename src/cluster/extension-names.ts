import { controllers } from '../control-plane/controller-manager/index.ts'
import { inTreeRegistry } from '../control-plane/scheduler/registry.ts'
import type { Extension } from './extension.ts'
import { ADMISSION_PLUGINS } from './programs/kube-apiserver-flags.ts'
import { statecharts } from './statecharts.ts'

/** What parts of extensions are called, by the sort of part; those that come with the cluster first. */
const TAKEN = {
  controllers: () => controllers.map(({ name }) => name),
  schedulerPlugins: () => Object.keys(inTreeRegistry),
  admissionPlugins: () => [...ADMISSION_PLUGINS],
  statecharts: () => statecharts.map(({ machine }) => machine.id),
  images: () => [],
} satisfies Record<string, () => string[]>

/** @throws Error that names the extension when two parts have one name */
export function checkedExtensions(extensions: readonly Extension[]): readonly Extension[] {
  if (extensions.length === 0) return extensions
  for (const [part, taken] of Object.entries(TAKEN)) {
    const names = new Set<string>(taken())
    for (const extension of extensions)
      for (const name of namesOf(extension, part as keyof typeof TAKEN)) {
        if (names.has(name)) throw new Error(`extension ${extension.name}: the name "${name}" of its ${part} is taken`)
        names.add(name)
      }
  }
  return extensions
}

function namesOf(extension: Extension, part: keyof typeof TAKEN): readonly string[] {
  if (part === 'schedulerPlugins') return Object.keys(extension.schedulerPlugins ?? {})
  if (part === 'statecharts') return (extension.statecharts ?? []).map(({ machine }) => machine.id)
  return (extension[part] ?? []).map(({ name }) => name)
}
