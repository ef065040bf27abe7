import type { DownwardAPIVolumeFile, KeyToPath, Pod, Volume, VolumeProjection } from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import { dataOf, podField, resourceField } from '../container/environment.ts'

export interface ProjectionInput {
  readonly pod: Pod
  readonly client: Pick<Client, 'get'>
  readonly podIP: () => string
  readonly hostIP: string
  readonly allocatable: Readonly<Record<string, string>>
  readonly token: (audience: string | undefined, seconds: number | undefined) => string
}

/** Objects a volume is made of, so that changes of them can be heard. */
export interface ProjectedFiles {
  readonly files: Readonly<Record<string, string>>
  readonly objects: readonly { readonly kind: 'ConfigMap' | 'Secret'; readonly name: string }[]
}

interface Source {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  readonly items: readonly KeyToPath[] | undefined
  readonly optional: boolean
}

function sourcesOf(volume: Volume): readonly Source[] {
  const { configMap, secret, projected } = volume
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
  kind: Source['kind'],
  name: string | undefined,
  { items, optional }: { readonly items?: readonly KeyToPath[]; readonly optional?: boolean },
): Source {
  return { kind, name: name ?? '', items, optional: optional === true }
}

/** What is missing for this volume. Source: pkg/volume/configmap/configmap.go, secret/secret.go SetUpAt, MakePayload */
export function problemsOf(volume: Volume, { pod, client }: ProjectionInput): string | undefined {
  const { namespace } = pod.metadata
  for (const { kind, name, items, optional } of sourcesOf(volume)) {
    if (optional) continue
    const data = dataOf(client, kind, name, namespace)
    if (data === undefined) return `${kind.toLowerCase()} "${name}" not found`
    const missing = items?.find(({ key }) => data[key] === undefined)
    if (missing !== undefined)
      return kind === 'ConfigMap'
        ? `configmap references non-existent config key: ${missing.key}`
        : `references non-existent secret key: ${missing.key}`
  }
  return undefined
}

/** The files of a ConfigMap, Secret, downwardAPI or projected volume as they are now. */
export function projectedFiles(volume: Volume, input: ProjectionInput): ProjectedFiles {
  const files: Record<string, string> = {}
  const sources = sourcesOf(volume)
  for (const { kind, name, items } of sources) {
    const data = dataOf(input.client, kind, name, input.pod.metadata.namespace) ?? {}
    const paths = items ?? Object.keys(data).map((key) => ({ key, path: key }))
    for (const { key, path } of paths) if (data[key] !== undefined) files[`/${path}`] = data[key]
  }
  for (const item of volume.downwardAPI?.items ?? []) files[`/${item.path}`] = downward(item, input)
  for (const projection of volume.projected?.sources ?? []) projectMore(projection, input, files)
  return { files, objects: sources.map(({ kind, name }) => ({ kind, name })) }
}

function projectMore(projection: VolumeProjection, input: ProjectionInput, files: Record<string, string>): void {
  for (const item of projection.downwardAPI?.items ?? []) files[`/${item.path}`] = downward(item, input)
  const token = projection.serviceAccountToken
  if (token !== undefined) files[`/${token.path}`] = input.token(token.audience, token.expirationSeconds)
}

function downward({ fieldRef, resourceFieldRef }: DownwardAPIVolumeFile, input: ProjectionInput): string {
  const { pod, podIP, hostIP, allocatable } = input
  if (fieldRef !== undefined) return podField({ pod: currentPod(input), podIP: podIP(), hostIP }, fieldRef)
  if (resourceFieldRef !== undefined) return resourceField(pod, pod.spec.containers[0]!, resourceFieldRef, allocatable)
  return ''
}

/** Labels and annotations may have changed since the pod was started. */
function currentPod({ pod, client }: ProjectionInput): Pod {
  return client.get('Pod', pod.metadata.name, pod.metadata.namespace) ?? pod
}
