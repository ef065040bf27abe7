import type { Pod } from './types.ts'

interface References {
  readonly secrets: ReadonlySet<string>
  readonly configmaps: ReadonlySet<string>
  readonly persistentvolumeclaims: ReadonlySet<string>
  readonly serviceaccounts: ReadonlySet<string>
}

const known = new WeakMap<Pod['spec'], References>()

/** Whether a pod needs an object to run. Source: plugin/pkg/auth/authorizer/node/graph.go AddPod, pkg/api/v1/pod VisitPodSecretNames */
export function podRefersTo(pod: Pod, resource: string, name: string): boolean {
  const references = referencesOf(pod)
  const { metadata, spec } = pod
  if (references[resource as keyof References]?.has(name)) return true
  const isClaim = resource === 'persistentvolumeclaims'
  return isClaim && (spec.volumes?.some((each) => each.ephemeral && `${metadata.name}-${each.name}` === name) ?? false)
}

/** The names of all that a pod needs to run, in its namespace. */
export function referencesOf({ spec }: Pod): References {
  let references = known.get(spec)
  if (references === undefined) {
    references = collect(spec)
    known.set(spec, references)
  }
  return references
}

function collect(spec: Pod['spec']): References {
  const secrets = new Set<string>()
  const configmaps = new Set<string>()
  const persistentvolumeclaims = new Set<string>()
  const add = (set: Set<string>, name: string | undefined) => name && set.add(name)
  for (const { name } of spec.imagePullSecrets ?? []) add(secrets, name)
  for (const volume of spec.volumes ?? []) {
    add(secrets, volume.secret?.secretName)
    add(configmaps, volume.configMap?.name)
    add(persistentvolumeclaims, volume.persistentVolumeClaim?.claimName)
    for (const source of volume.projected?.sources ?? []) {
      add(secrets, source.secret?.name)
      add(configmaps, source.configMap?.name)
    }
  }
  for (const { env, envFrom } of [...spec.containers, ...(spec.initContainers ?? [])]) {
    for (const { valueFrom } of env ?? []) {
      add(secrets, valueFrom?.secretKeyRef?.name)
      add(configmaps, valueFrom?.configMapKeyRef?.name)
    }
    for (const source of envFrom ?? []) {
      add(secrets, source.secretRef?.name)
      add(configmaps, source.configMapRef?.name)
    }
  }
  const serviceaccounts = new Set(spec.serviceAccountName ? [spec.serviceAccountName] : [])
  return { secrets, configmaps, persistentvolumeclaims, serviceaccounts }
}
