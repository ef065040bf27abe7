import { quantityMilliValue, quantityValue } from '../../../api/quantity.ts'
import type {
  Container,
  EnvVar,
  FileKeySelector,
  ObjectFieldSelector,
  Pod,
  ResourceFieldSelector,
  Secret,
} from '../../../api/types.ts'
import type { Client } from '../../../client/contract.ts'
import { decodeBase64 } from '../volumes/base64.ts'
import { expand } from './expansion.ts'

export interface EnvironmentInput {
  readonly pod: Pod
  readonly container: Container
  readonly client: Client
  readonly podIP: string
  readonly hostIP: string
  /** Service variables (`WEB_SERVICE_HOST`), put first. */
  readonly services: Readonly<Record<string, string>>
  /** The text of a file of one of the pod's volumes; undefined: there is no such file. */
  volumeFile(volume: string, path: string): string | undefined
  /** What the node has, for limits that are not set. */
  readonly allocatable: Readonly<Record<string, string>>
}

/** An error is what CreateContainerConfigError shows. */
export type Environment = { readonly env: Readonly<Record<string, string>> } | { readonly error: string }

/** A container's variables. Source: pkg/kubelet/kubelet_pods.go makeEnvironmentVariables */
export function environmentOf(input: EnvironmentInput): Environment {
  const { container } = input
  if ((container.env?.length ?? 0) === 0 && (container.envFrom?.length ?? 0) === 0) return { env: input.services }
  const env: Record<string, string> = { ...input.services }
  for (const source of container.envFrom ?? []) {
    const data = source.configMapRef ?? source.secretRef
    const values = readAll(input, source.configMapRef !== undefined ? 'ConfigMap' : 'Secret', data)
    if (typeof values === 'string') return { error: values }
    for (const [key, value] of Object.entries(values)) env[(source.prefix ?? '') + key] = value
  }
  for (const variable of container.env ?? []) {
    const value = variableValue(variable, env, input)
    if (typeof value === 'object') return value
    if (value !== undefined) env[variable.name] = value
  }
  return { env }
}

function variableValue(
  { value, valueFrom }: EnvVar,
  env: Readonly<Record<string, string>>,
  input: EnvironmentInput,
): string | undefined | { readonly error: string } {
  if (valueFrom === undefined) return expand(value ?? '', env)
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom
  if (fileKeyRef !== undefined) return readFileKey(input, fileKeyRef)
  if (fieldRef !== undefined) return podField(input, fieldRef)
  if (resourceFieldRef !== undefined)
    return resourceField(input.pod, input.container, resourceFieldRef, input.allocatable)
  const reference = configMapKeyRef ?? secretKeyRef
  if (reference === undefined) return ''
  return readKey(input, configMapKeyRef !== undefined ? 'ConfigMap' : 'Secret', reference)
}

interface Reference {
  readonly name?: string
  readonly key?: string
  readonly optional?: boolean
}

type DataKind = 'ConfigMap' | 'Secret'

function readAll(
  input: EnvironmentInput,
  kind: DataKind,
  reference: Reference | undefined,
): Readonly<Record<string, string>> | string {
  const data = dataOf(input.client, kind, reference?.name ?? '', input.pod.metadata.namespace)
  if (data !== undefined) return data
  return reference?.optional === true ? {} : notFound(kind, reference?.name ?? '')
}

function readKey(input: EnvironmentInput, kind: DataKind, { name = '', key = '', optional }: Reference) {
  const { namespace } = input.pod.metadata
  const data = dataOf(input.client, kind, name, namespace)
  if (data === undefined) return optional === true ? undefined : { error: notFound(kind, name) }
  const value = data[key]
  if (value !== undefined) return value
  return optional === true ? undefined : { error: `couldn't find key ${key} in ${kind} ${namespace}/${name}` }
}

/** Source: kubelet_pods.go makeEnvironmentVariables (EnvFiles), pkg/kubelet/util/env ParseEnv */
function readFileKey(input: EnvironmentInput, { volumeName, path, key, optional }: FileKeySelector) {
  const { pod } = input
  if (!(pod.spec.volumes ?? []).some(({ name }) => name === volumeName))
    return { error: `cannot find the volume ${JSON.stringify(volumeName)} referenced by FileKeyRef` }
  const text = input.volumeFile(volumeName, path)
  if (text === undefined) return optional === true ? undefined : { error: "couldn't parse env file" }
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Za-z_][\w.-]*)='(.*)'\s*$/.exec(line) ?? /^\s*([A-Za-z_][\w.-]*)=([^'"]*)$/.exec(line)
    if (match?.[1] === key && match[2] !== '') return match[2]!
  }
  if (optional === true) return undefined
  const file = `/var/lib/kubelet/pods/${pod.metadata.uid}/volumes/kubernetes.io~empty-dir/${volumeName}/${path}`
  return { error: `environment variable key ${JSON.stringify(key)} not found in file ${JSON.stringify(file)}` }
}

function notFound(kind: DataKind, name: string): string {
  return `${kind.toLowerCase()} "${name}" not found`
}

/** A ConfigMap's or Secret's values as text; undefined: there is no such object. */
export function dataOf(
  client: Pick<Client, 'get'>,
  kind: DataKind,
  name: string,
  namespace: string | undefined,
): Readonly<Record<string, string>> | undefined {
  const object = client.get(kind, name, namespace)
  if (object === undefined) return undefined
  if (kind === 'ConfigMap') {
    const { data, binaryData } = object as { data?: Record<string, string>; binaryData?: Record<string, string> }
    return binaryData === undefined ? (data ?? {}) : { ...data, ...decodeAll(binaryData) }
  }
  return decodeAll((object as Secret).data ?? {})
}

const decoded = new WeakMap<object, Readonly<Record<string, string>>>()

function decodeAll(data: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  let known = decoded.get(data)
  if (known === undefined) {
    known = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decodeBase64(value)]))
    decoded.set(data, known)
  }
  return known
}

/** Source: pkg/fieldpath/fieldpath.go ExtractFieldPathAsString, kubelet_pods.go podFieldSelectorRuntimeValue */
export function podField(
  { pod, podIP, hostIP }: Pick<EnvironmentInput, 'pod' | 'podIP' | 'hostIP'>,
  { fieldPath }: ObjectFieldSelector,
): string {
  const { metadata, spec } = pod
  const subscript = /^metadata\.(annotations|labels)\['(.+)'\]$/.exec(fieldPath)
  if (subscript !== null) return metadata[subscript[1] as 'annotations' | 'labels']?.[subscript[2]!] ?? ''
  switch (fieldPath) {
    case 'metadata.name':
      return metadata.name
    case 'metadata.namespace':
      return metadata.namespace ?? ''
    case 'metadata.uid':
      return metadata.uid ?? ''
    case 'metadata.labels':
      return formatMap(metadata.labels)
    case 'metadata.annotations':
      return formatMap(metadata.annotations)
    case 'spec.nodeName':
      return spec.nodeName ?? ''
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? ''
    case 'status.hostIP':
    case 'status.hostIPs':
      return hostIP
    case 'status.podIP':
    case 'status.podIPs':
      return podIP
    default:
      return ''
  }
}

function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n')
}

/**
 * Where a container has no limit, its pod's as a whole is meant, then what the node has.
 * Sources: pkg/api/v1/resource/helpers.go ExtractContainerResourceValue, pkg/kubelet/kubelet_resources.go
 */
export function resourceField(
  pod: Pod,
  self: Container,
  { resource, containerName, divisor }: ResourceFieldSelector,
  allocatable: Readonly<Record<string, string>>,
): string {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
  const container = containerName === undefined ? self : (all.find(({ name }) => name === containerName) ?? self)
  const [list = '', ...rest] = resource.split('.')
  const name = rest.join('.')
  const ofPod = name === 'cpu' || name === 'memory' ? pod.spec.resources?.limits?.[name] : undefined
  const limit = container.resources?.limits?.[name] ?? ofPod ?? allocatable[name]
  const quantity = list === 'limits' ? limit : container.resources?.requests?.[name]
  const by = divisor === undefined || divisor === '0' ? '1' : divisor
  const amount =
    name === 'cpu' ? quantityMilliValue(quantity) / quantityMilliValue(by) : quantityValue(quantity) / quantityValue(by)
  return String(Math.ceil(amount))
}
