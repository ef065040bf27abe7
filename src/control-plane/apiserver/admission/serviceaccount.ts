import type {
  Container,
  KubernetesObject,
  Pod,
  PodSpec,
  ServiceAccount,
  Status,
  Volume,
  VolumeMount,
} from '../../../api/types.ts'
import type { Random } from '../../../sim/random.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { forbid } from './forbid.ts'

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
const VOLUME_PREFIX = 'kube-api-access-'
const MIRROR = 'kubernetes.io/config.mirror'

/** Gives a pod its service account and the account's token. Source: plugin/pkg/admission/serviceaccount/admission.go */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  resources: ['pods'],
  operations: ['CREATE'],
  admit(object, attributes) {
    const { endpoint, operation, subresource } = attributes
    if (operation !== 'CREATE' || endpoint.definition.kind !== 'Pod' || subresource !== undefined) return object
    const pod = object as Pod
    if (pod.metadata.annotations?.[MIRROR] !== undefined) return mirror(pod, attributes)
    return withAccount(pod, attributes)
  },
}

function withAccount(pod: Pod, attributes: AdmissionAttributes): KubernetesObject | Status {
  const { namespace, server } = attributes
  const name = pod.spec.serviceAccountName || 'default'
  const account = server.read('ServiceAccount', name, namespace) as ServiceAccount | undefined
  if (account === undefined) {
    const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`
    return forbid(pod, attributes, why)
  }
  const spec = attributes.dryRun
    ? complete(pod.spec, account, server.dryRunRandom)
    : shared(pod.spec, account, server.random)
  return spec === pod.spec ? pod : ({ ...pod, spec } as Pod)
}

const known = new WeakMap<ServiceAccount, WeakMap<PodSpec, PodSpec>>()

/**
 * Pods of one template share their spec, before and after (10,000 pods: one spec); so they share the generated name of
 * the token's volume too, where upstream draws one a pod.
 */
function shared(spec: PodSpec, account: ServiceAccount, random: Random): PodSpec {
  let specs = known.get(account)
  if (specs === undefined) {
    specs = new WeakMap()
    known.set(account, specs)
  }
  let after = specs.get(spec)
  if (after === undefined) {
    after = complete(spec, account, random)
    specs.set(spec, after)
  }
  return after
}

function complete(spec: PodSpec, account: ServiceAccount, random: Random): PodSpec {
  const { name } = account.metadata
  const named = spec.serviceAccountName === name ? spec : { ...spec, serviceAccountName: name, serviceAccount: name }
  const automount = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true
  const mounted = automount ? withToken(named, () => VOLUME_PREFIX + random.suffix()) : named
  const secrets = account.imagePullSecrets
  return !mounted.imagePullSecrets?.length && secrets?.length ? { ...mounted, imagePullSecrets: secrets } : mounted
}

/** Source: mountServiceAccountToken */
function withToken(spec: PodSpec, newName: () => string): PodSpec {
  const existing = spec.volumes?.find((volume) => volume.name.startsWith(VOLUME_PREFIX))
  const wanting = (container: Container) => !container.volumeMounts?.some((mount) => mount.mountPath === TOKEN_PATH)
  if (!spec.containers?.some(wanting) && !spec.initContainers?.some(wanting)) return spec
  const name = existing?.name ?? newName()
  const mount: VolumeMount = { name, readOnly: true, mountPath: TOKEN_PATH }
  const mounted = (container: Container): Container =>
    wanting(container) ? { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] } : container
  return {
    ...spec,
    ...(existing === undefined && { volumes: [...(spec.volumes ?? []), { name, projected: TOKEN_SOURCE }] }),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(mounted) }),
    containers: spec.containers.map(mounted),
  }
}

/** Source: TokenVolumeSource */
const TOKEN_SOURCE: NonNullable<Volume['projected']> = {
  defaultMode: 420,
  sources: [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
      },
    },
  ],
}

/** A mirror pod stands for a static one: it refers to nothing in the API. */
function mirror(pod: Pod, attributes: AdmissionAttributes): KubernetesObject | Status {
  if (pod.spec.serviceAccountName) return forbid(pod, attributes, 'a mirror pod may not reference service accounts')
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]
  const secrets =
    pod.spec.volumes?.some((volume) => volume.secret !== undefined) ||
    containers.some(
      ({ env, envFrom }) =>
        env?.some((each) => each.valueFrom?.secretKeyRef) || envFrom?.some((each) => each.secretRef),
    )
  if (secrets) return forbid(pod, attributes, 'a mirror pod may not reference secrets')
  const tokens = pod.spec.volumes?.some(({ projected }) => projected?.sources?.some((each) => each.serviceAccountToken))
  return tokens ? forbid(pod, attributes, 'a mirror pod may not use ServiceAccountToken volume projections') : pod
}
