import type {
  ConfigMap,
  Container,
  DownwardAPIVolumeFile,
  KeyToPath,
  Pod,
  ServiceAccountTokenProjection,
  Volume,
} from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import { dataOf, podField, resourceField } from '../container/environment.ts'
import type { Payload, ProjectedFile } from './object-files.ts'

export interface ProjectionInput {
  readonly pod: Pod
  readonly client: Pick<Client, 'get'>
  readonly podIP: () => string
  readonly hostIP: string
  readonly allocatable: Readonly<Record<string, string>>
  readonly token: (audience: string | undefined, seconds: number | undefined) => string
}

/** A ConfigMap or Secret that a volume shows. */
export interface ObjectSource {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  readonly items: readonly KeyToPath[] | undefined
  readonly optional: boolean
}

/** The API puts it there for every volume; manifests of static pods come without it. Source: core/v1/defaults.go */
const DEFAULT_MODE = 0o644

/** Every pod has it, and it changes with the authority of the cluster only: nobody watches it. */
export const ROOT_CA = 'kube-root-ca.crt'

export function sourcesOf({ configMap, secret, projected }: Volume): readonly ObjectSource[] {
  if (configMap !== undefined) return [source('ConfigMap', configMap.name, configMap)]
  if (secret !== undefined) return [source('Secret', secret.secretName, secret)]
  return (projected?.sources ?? []).flatMap((projection) => {
    if (projection.configMap !== undefined)
      return [source('ConfigMap', projection.configMap.name, projection.configMap)]
    if (projection.secret !== undefined) return [source('Secret', projection.secret.name, projection.secret)]
    return []
  })
}

function source(
  kind: ObjectSource['kind'],
  name: string | undefined,
  { items, optional }: { readonly items?: readonly KeyToPath[]; readonly optional?: boolean },
): ObjectSource {
  return { kind, name: name ?? '', items, optional: optional === true }
}

/** Whether a volume shows something of the pod itself that may change. */
export function showsPod({ downwardAPI, projected }: Volume): boolean {
  return downwardAPI !== undefined || projected?.sources?.some((each) => each.downwardAPI !== undefined) === true
}

/**
 * What is missing for this volume; several things of a projected one are told together.
 * Source: pkg/volume/configmap/configmap.go, secret/secret.go SetUpAt, MakePayload; projected/projected.go collectData
 */
export function problemsOf(volume: Volume, { pod, client }: ProjectionInput): string | undefined {
  const problems: string[] = []
  for (const { kind, name, items, optional } of sourcesOf(volume)) {
    const data = dataOf(client, kind, name, pod.metadata.namespace)
    if (optional) continue
    if (data === undefined) problems.push(`${kind.toLowerCase()} "${name}" not found`)
    const missing = data === undefined ? undefined : items?.find(({ key }) => data[key] === undefined)
    if (missing !== undefined)
      problems.push(
        kind === 'ConfigMap'
          ? `configmap references non-existent config key: ${missing.key}`
          : `references non-existent secret key: ${missing.key}`,
      )
  }
  for (const each of volume.projected?.sources ?? []) {
    const kind = each.clusterTrustBundle ? 'clusterTrustBundle' : each.podCertificate ? 'podCertificate' : undefined
    if (kind !== undefined) problems.push(`projections of this kind are not simulated: ${kind}`)
  }
  const told = [...new Set(problems)]
  return told.length < 2 ? told[0] : `[${told.join(', ')}]`
}

/** The objects a volume shows, as they are now. */
export function objectsOf(volume: Volume, { pod, client }: ProjectionInput): readonly (ConfigMap | undefined)[] {
  return sourcesOf(volume).map(
    ({ kind, name }) => client.get(kind, name, pod.metadata.namespace) as ConfigMap | undefined,
  )
}

/** The files of a ConfigMap, Secret, downwardAPI or projected volume as they are now. */
export function payloadOf(volume: Volume, input: ProjectionInput): Payload {
  const files: Record<string, ProjectedFile> = {}
  const { configMap, secret, downwardAPI, projected } = volume
  const mode = (configMap ?? secret ?? downwardAPI ?? projected)?.defaultMode ?? DEFAULT_MODE
  for (const each of sourcesOf(volume)) addObject(each, mode, input, files)
  const addFields = (items: readonly DownwardAPIVolumeFile[] | undefined) => {
    for (const item of items ?? []) files[`/${item.path}`] = { content: downward(item, input), mode: item.mode ?? mode }
  }
  addFields(downwardAPI?.items)
  for (const { downwardAPI: fields, serviceAccountToken: token } of projected?.sources ?? []) {
    addFields(fields?.items)
    if (token !== undefined) files[`/${token.path}`] = tokenFile(token, mode, input)
  }
  return files
}

function addObject(
  { kind, name, items }: ObjectSource,
  mode: number,
  { client, pod }: ProjectionInput,
  files: Record<string, ProjectedFile>,
): void {
  const data = dataOf(client, kind, name, pod.metadata.namespace) ?? {}
  const paths: readonly KeyToPath[] = items ?? Object.keys(data).map((key) => ({ key, path: key }))
  for (const { key, path, mode: own } of paths)
    if (data[key] !== undefined) files[`/${path}`] = { content: data[key], mode: own ?? mode }
}

/** Source: pkg/serviceaccount/claims.go; pkg/kubelet/token/token_manager.go requiresRefresh: at 80 % of its life or after a day */
const USUAL_SECONDS = 3607
const A_DAY = 86_400_000

/** Source: projected.go collectData: 0600 where somebody is to own it */
function tokenFile(
  { audience, expirationSeconds }: ServiceAccountTokenProjection,
  mode: number,
  { pod, token }: ProjectionInput,
): ProjectedFile {
  const uid = fsUserOf(pod)
  const isOwned = uid !== undefined || pod.spec.securityContext?.fsGroup !== undefined
  return {
    content: token(audience, expirationSeconds),
    goodForMs: Math.min((expirationSeconds ?? USUAL_SECONDS) * 800, A_DAY),
    mode: isOwned ? 0o600 : mode,
    ...(uid !== undefined && { uid }),
  }
}

/** The one user that all containers are told to run as. Source: pkg/volume/util/util.go FsUserFrom */
function fsUserOf({ spec }: Pod): number | undefined {
  const of = ({ securityContext }: Container) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser
  const [first, ...others] = [...(spec.initContainers ?? []), ...spec.containers].map(of)
  return others.every((uid) => uid === first) ? first : undefined
}

function downward({ fieldRef, resourceFieldRef }: DownwardAPIVolumeFile, input: ProjectionInput): string {
  const { pod, podIP, hostIP, allocatable } = input
  if (fieldRef !== undefined) return podField({ pod, podIP: podIP(), hostIP }, fieldRef)
  if (resourceFieldRef !== undefined) return resourceField(pod, pod.spec.containers[0]!, resourceFieldRef, allocatable)
  return ''
}
