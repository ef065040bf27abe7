import type { Pod, PodSpec, Toleration } from '../../../api/types.ts'
import type { AdmissionPlugin } from '../contract.ts'

const DEFAULT_SECONDS = 300

export interface TolerationDefaults {
  /** --default-not-ready-toleration-seconds */
  readonly notReadySeconds?: number
  /** --default-unreachable-toleration-seconds */
  readonly unreachableSeconds?: number
}

/** Pods put up with a lost node for five minutes, or as the flags say. Source: plugin/pkg/admission/defaulttolerationseconds/admission.go */
export function defaultTolerationSeconds(defaults: TolerationDefaults = {}): AdmissionPlugin {
  const both = [
    toleration('node.kubernetes.io/not-ready', defaults.notReadySeconds ?? DEFAULT_SECONDS),
    toleration('node.kubernetes.io/unreachable', defaults.unreachableSeconds ?? DEFAULT_SECONDS),
  ]
  // Pods of one template share their spec, before and after.
  const tolerating = new WeakMap<PodSpec, PodSpec>()
  return {
    name: 'DefaultTolerationSeconds',
    resources: ['pods'],
    operations: ['CREATE', 'UPDATE'],
    admit(object, { endpoint, operation, subresource }) {
      if (endpoint.definition.kind !== 'Pod' || operation === 'DELETE' || subresource !== undefined) return object
      const pod = object as Pod
      let spec = tolerating.get(pod.spec)
      if (spec === undefined) {
        spec = withTolerations(pod.spec, both)
        tolerating.set(pod.spec, spec)
      }
      return spec === pod.spec ? pod : ({ ...pod, spec } as Pod)
    },
  }
}

function withTolerations(spec: PodSpec, both: readonly Toleration[]): PodSpec {
  const given = spec.tolerations ?? []
  const added = both.filter(({ key }) => !given.some((each) => covers(each, key!)))
  if (added.length === 0) return spec
  return { ...spec, tolerations: given.length === 0 && added.length === 2 ? both : [...given, ...added] }
}

function toleration(key: string, tolerationSeconds: number): Toleration {
  return { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }
}

function covers({ key, effect }: Toleration, taint: string): boolean {
  return (key === taint || !key) && (effect === 'NoExecute' || !effect)
}
