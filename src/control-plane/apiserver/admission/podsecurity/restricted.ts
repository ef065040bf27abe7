import type { Container, Volume } from '../../../../api/types.ts'
import { procMount } from './baseline.ts'
import {
  type Check,
  type CheckedPod,
  containersOf,
  contextOf,
  exceptInUserNamespaces,
  exceptOnWindows,
  named,
  type Objection,
  plural,
  quoted,
  setters,
  sorted,
} from './check.ts'
import { seccompRestricted } from './seccomp.ts'

/** Source: policy/check_allowPrivilegeEscalation.go */
function privilegeEscalation({ spec }: CheckedPod): Objection | undefined {
  const bad = containersOf(spec).filter((each) => contextOf(each).allowPrivilegeEscalation !== false)
  if (bad.length === 0) return undefined
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${named(bad)} must set securityContext.allowPrivilegeEscalation=false`,
  }
}

/** Source: policy/check_capabilities_restricted.go */
function capabilities({ spec }: CheckedPod): Objection | undefined {
  const containers = containersOf(spec)
  const keeping = containers.filter((each) => !contextOf(each).capabilities?.drop?.includes('ALL'))
  const added = (each: Container) =>
    (contextOf(each).capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE')
  const adding = containers.filter((each) => added(each).length > 0)
  const names = quoted(sorted(adding.flatMap(added)))
  const details = [
    ...(keeping.length > 0 ? [`${named(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0 ? [`${named(adding)} must not include ${names} in securityContext.capabilities.add`] : []),
  ]
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') }
}

const VOLUMES = [
  ...['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected'],
  'secret',
]

/** Source: policy/check_restrictedVolumes.go */
function volumes({ spec }: CheckedPod): Objection | undefined {
  const typeOf = ({ name: _, ...sources }: Volume) => Object.keys(sources)[0] ?? 'unknown'
  const isAllowed = (volume: Volume) => VOLUMES.some((type) => type in volume)
  const bad = (spec.volumes ?? []).filter((volume) => !isAllowed(volume))
  if (bad.length === 0) return undefined
  const types = sorted(bad.map(typeOf))
  const who = `${plural(bad.length, 'volume')} ${quoted(bad.map(({ name }) => name))} ${plural(bad.length, 'uses', 'use')}`
  return {
    reason: 'restricted volume types',
    detail: `${who} ${plural(types.length, 'restricted volume type')} ${quoted(types)}`,
  }
}

/** Source: policy/check_runAsNonRoot.go */
function runAsNonRoot({ spec }: CheckedPod): Objection | undefined {
  const reason = 'runAsNonRoot != true'
  const ofPod = spec.securityContext?.runAsNonRoot
  const containers = containersOf(spec)
  const who = setters(
    ofPod === false,
    containers.filter((each) => contextOf(each).runAsNonRoot === false),
  )
  if (who.length > 0) return { reason, detail: `${who.join(' and ')} must not set securityContext.runAsNonRoot=false` }
  const lacking = ofPod ? [] : containers.filter((each) => contextOf(each).runAsNonRoot === undefined)
  if (lacking.length === 0) return undefined
  return { reason, detail: `pod or ${named(lacking)} must set securityContext.runAsNonRoot=true` }
}

/** Source: policy/check_runAsUser.go */
function runAsUser({ spec }: CheckedPod): Objection | undefined {
  const bad = containersOf(spec).filter((each) => contextOf(each).runAsUser === 0)
  const who = setters(spec.securityContext?.runAsUser === 0, bad)
  if (who.length === 0) return undefined
  return { reason: 'runAsUser=0', detail: `${who.join(' and ')} must not set runAsUser=0` }
}

export const restrictedChecks: readonly Check[] = [
  {
    id: 'allowPrivilegeEscalation',
    level: 'restricted',
    versions: [
      [8, privilegeEscalation],
      [25, exceptOnWindows(privilegeEscalation)],
    ],
  },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    overrides: 'capabilities_baseline',
    versions: [
      [22, capabilities],
      [25, exceptOnWindows(capabilities)],
    ],
  },
  { id: 'procMount_restricted', level: 'restricted', overrides: 'procMount', versions: [[35, procMount]] },
  { id: 'restrictedVolumes', level: 'restricted', overrides: 'hostPathVolumes', versions: [[0, volumes]] },
  {
    id: 'runAsNonRoot',
    level: 'restricted',
    versions: [
      [0, runAsNonRoot],
      [35, exceptInUserNamespaces(runAsNonRoot)],
    ],
  },
  {
    id: 'runAsUser',
    level: 'restricted',
    versions: [
      [23, runAsUser],
      [35, exceptInUserNamespaces(runAsUser)],
    ],
  },
  seccompRestricted,
]
