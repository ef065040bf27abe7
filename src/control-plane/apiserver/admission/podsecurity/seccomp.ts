import {
  type Check,
  type CheckedPod,
  containersOf,
  contextOf,
  exceptOnWindows,
  named,
  type Objection,
  plural,
  quoted,
  setters,
  sorted,
} from './check.ts'

const POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod'
const CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/'
const REASON = 'seccompProfile'

const isValid = (type: string) => type === 'Localhost' || type === 'RuntimeDefault'
const isBad = (type: string | undefined) => type !== undefined && !isValid(type)

/** Source: policy/check_seccompProfile_baseline.go seccompProfileBaseline_1_0 */
function annotations({ metadata, spec }: CheckedPod): Objection | undefined {
  const keys = [POD_ANNOTATION, ...containersOf(spec).map(({ name }) => CONTAINER_ANNOTATION + name)]
  const forbidden = sorted(
    keys.flatMap((key) => {
      const value = metadata.annotations?.[key]
      const allowed = value === 'runtime/default' || value === 'docker/default' || value?.startsWith('localhost/')
      return value === undefined || allowed ? [] : [`${key}=${JSON.stringify(value)}`]
    }),
  )
  if (forbidden.length === 0) return undefined
  return { reason: REASON, detail: `forbidden ${plural(forbidden.length, 'annotation')} ${forbidden.join(', ')}` }
}

/** What is set, is set to something allowed. */
function explicit({ spec }: CheckedPod): Objection | undefined {
  const ofPod = spec.securityContext?.seccompProfile?.type
  const containers = containersOf(spec).filter((each) => isBad(contextOf(each).seccompProfile?.type))
  const who = setters(isBad(ofPod), containers)
  if (who.length === 0) return undefined
  const types = containers.map((each) => contextOf(each).seccompProfile!.type)
  const values = quoted(sorted(isBad(ofPod) ? [...types, ofPod!] : types))
  return {
    reason: REASON,
    detail: `${who.join(' and ')} must not set securityContext.seccompProfile.type to ${values}`,
  }
}

/** Source: policy/check_seccompProfile_restricted.go */
function demanded(pod: CheckedPod): Objection | undefined {
  const { spec } = pod
  const wrong = explicit(pod)
  if (wrong !== undefined || spec.securityContext?.seccompProfile !== undefined) return wrong
  const lacking = containersOf(spec).filter((each) => contextOf(each).seccompProfile === undefined)
  if (lacking.length === 0) return undefined
  const detail = `pod or ${named(lacking)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`
  return { reason: REASON, detail }
}

export const seccompBaseline: Check = {
  id: 'seccompProfile_baseline',
  level: 'baseline',
  versions: [
    [0, annotations],
    [19, explicit],
  ],
}

export const seccompRestricted: Check = {
  id: 'seccompProfile_restricted',
  level: 'restricted',
  overrides: 'seccompProfile_baseline',
  versions: [
    [19, demanded],
    [25, exceptOnWindows(demanded)],
  ],
}
