import type { ControllerRevision, PodTemplateSpec } from '../../api/types.ts'

/** The template that a ControllerRevision of a DaemonSet or StatefulSet holds. Remembered by identity. */
export function templateOf({ data }: ControllerRevision): PodTemplateSpec | undefined {
  const { spec } = (data ?? {}) as { readonly spec?: { readonly template?: PodTemplateSpec & { $patch?: string } } }
  if (spec?.template === undefined) return undefined
  const known = bare.get(spec.template)
  if (known !== undefined) return known
  const { $patch: _, ...template } = spec.template
  bare.set(spec.template, template)
  return template
}

const bare = new WeakMap<object, PodTemplateSpec>()

/** The strategic merge patch that brings a template back. Source: getPatch in pkg/controller/{statefulset,daemon} */
export function revisionData(template: PodTemplateSpec): ControllerRevision['data'] {
  return { spec: { template: { ...template, $patch: 'replace' } } } as unknown as ControllerRevision['data']
}
