import type { Pod, PodSpec, Toleration } from '../../../api/types.ts'
import type { AdmissionPlugin } from '../contract.ts'

/** --default-not-ready-toleration-seconds, --default-unreachable-toleration-seconds */
const SECONDS = 300

const NOT_READY = toleration('node.kubernetes.io/not-ready')
const UNREACHABLE = toleration('node.kubernetes.io/unreachable')
const BOTH: readonly Toleration[] = [NOT_READY, UNREACHABLE]

/** Pods put up with a lost node for five minutes. Source: plugin/pkg/admission/defaulttolerationseconds/admission.go */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  admit(object, { endpoint, operation, subresource }) {
    if (endpoint.definition.kind !== 'Pod' || operation === 'DELETE' || subresource !== undefined) return object
    const pod = object as Pod
    let spec = tolerating.get(pod.spec)
    if (spec === undefined) {
      spec = withTolerations(pod.spec)
      tolerating.set(pod.spec, spec)
    }
    return spec === pod.spec ? pod : ({ ...pod, spec } as Pod)
  },
}

/** Pods of one template share their spec, before and after. */
const tolerating = new WeakMap<PodSpec, PodSpec>()

function withTolerations(spec: PodSpec): PodSpec {
  const given = spec.tolerations ?? []
  const added = BOTH.filter(({ key }) => !given.some((each) => covers(each, key!)))
  if (added.length === 0) return spec
  return { ...spec, tolerations: given.length === 0 && added.length === 2 ? BOTH : [...given, ...added] }
}

function toleration(key: string): Toleration {
  return { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }
}

function covers({ key, effect }: Toleration, taint: string): boolean {
  return (key === taint || !key) && (effect === 'NoExecute' || !effect)
}
