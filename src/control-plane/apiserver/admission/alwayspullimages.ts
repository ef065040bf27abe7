import { failure } from '../../../api/status.ts'
import type { Container, KubernetesObject, Pod, PodSpec } from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { aggregate } from './aggregate.ts'
import { forbid } from './forbid.ts'

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const

/** Images are pulled anew for every container. Source: plugin/pkg/admission/alwayspullimages/admission.go */
export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  resources: ['pods'],
  operations: ['CREATE', 'UPDATE'],
  admit(object, attributes) {
    if (ignored(object, attributes)) return object
    const pod = object as Pod
    const spec = pulling(pod.spec)
    return spec === pod.spec ? object : ({ ...pod, spec } as KubernetesObject)
  },
  validate(object, attributes) {
    if (ignored(object, attributes)) return undefined
    const refusals = wrong((object as Pod).spec).map((why) => forbid(object, attributes, why))
    if (refusals.length < 2) return refusals[0]
    return failure(500, '', aggregate(refusals.map(({ message }) => message!))!)
  },
}

/** An update that brings no new image is let through. Source: shouldIgnore, isUpdateWithNoNewImages */
function ignored(object: KubernetesObject | undefined, { operation, subresource, old }: AdmissionAttributes): boolean {
  if (subresource !== undefined) return true
  if (operation !== 'UPDATE') return false
  const before = new Set(containersOf((old as Pod).spec).map(({ image }) => image))
  return containersOf((object as Pod).spec).every(({ image }) => before.has(image))
}

function containersOf(spec: PodSpec): readonly Container[] {
  return LISTS.flatMap((list) => (spec[list] as readonly Container[] | undefined) ?? [])
}

const known = new WeakMap<PodSpec, PodSpec>()

function pulling(spec: PodSpec): PodSpec {
  let after = known.get(spec)
  if (after === undefined) {
    after = wrong(spec).length === 0 ? spec : withAlways(spec)
    known.set(spec, after)
  }
  return after
}

function withAlways(spec: PodSpec): PodSpec {
  const lists = LISTS.filter((list) => spec[list] !== undefined).map(
    (list) =>
      [list, (spec[list] as readonly Container[]).map((each) => ({ ...each, imagePullPolicy: 'Always' }))] as const,
  )
  const volumes = spec.volumes?.map((volume) =>
    volume.image === undefined ? volume : { ...volume, image: { ...volume.image, pullPolicy: 'Always' } },
  )
  return { ...spec, ...Object.fromEntries(lists), ...(volumes && { volumes }) }
}

function wrong(spec: PodSpec): readonly string[] {
  const text = (path: string, value: string | undefined) =>
    `${path}: Unsupported value: ${JSON.stringify(value ?? '')}: supported values: "Always"`
  const containers = LISTS.flatMap((list) =>
    ((spec[list] as readonly Container[] | undefined) ?? []).flatMap(({ imagePullPolicy }, index) =>
      imagePullPolicy === 'Always' ? [] : [text(`spec.${list}[${index}].imagePullPolicy`, imagePullPolicy)],
    ),
  )
  const volumes = (spec.volumes ?? []).flatMap(({ image }, index) =>
    image === undefined || image.pullPolicy === 'Always'
      ? []
      : [text(`spec.volumes[${index}].image.pullPolicy`, image.pullPolicy)],
  )
  return [...containers, ...volumes]
}
