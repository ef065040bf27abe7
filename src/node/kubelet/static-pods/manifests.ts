import { parse } from 'yaml'
import type { Pod } from '../../../api/types.ts'
import type { FileTree } from '../../contract.ts'
import { digestOf } from '../hash.ts'

export const CONFIG_HASH = 'kubernetes.io/config.hash'
const CONFIG_SOURCE = 'kubernetes.io/config.source'
const CONFIG_SEEN = 'kubernetes.io/config.seen'
export const CONFIG_MIRROR = 'kubernetes.io/config.mirror'

export interface Manifests {
  readonly pods: readonly Pod[]
  /** What the journal says of files that are no pods. */
  readonly errors: readonly string[]
}

/**
 * The pods described in the manifest directory, by name of their files.
 * Source: pkg/kubelet/config/file.go extractFromDir, config/common.go applyDefaults
 *
 * @param now RFC 3339 with fraction, for the annotation config.seen
 */
export function readManifests(files: FileTree, directory: string, nodeName: string, now: string): Manifests {
  const pods: Pod[] = []
  const errors: string[] = []
  if (!files.isDirectory(directory))
    return {
      pods,
      errors: [`E file.go:106] "Unable to read config path" err="path does not exist, ignoring" path="${directory}"`],
    }
  for (const name of files.list(directory)) {
    const path = `${directory}/${name}`
    if (name.startsWith('.') || files.isDirectory(path)) continue
    const pod = podOf(files.read(path) ?? '', path, nodeName, now)
    if (typeof pod === 'string')
      errors.push(`E file.go:186] "Could not process manifest file" err="${pod}" path="${path}"`)
    else pods.push(pod)
  }
  return { pods, errors }
}

function podOf(text: string, path: string, nodeName: string, now: string): Pod | string {
  const key = `${nodeName}\0${path}\0${text}`
  let known = parsed.get(key)
  if (known === undefined) {
    known = parsePod(text, path, nodeName)
    if (parsed.size > 1000) parsed.clear()
    parsed.set(key, known)
  }
  if (typeof known === 'string') return known
  const annotations = { ...known.metadata.annotations, [CONFIG_SEEN]: now }
  return { ...known, metadata: { ...known.metadata, annotations } }
}

/** A manifest is parsed once, however often the directory is looked through. */
const parsed = new Map<string, Pod | string>()

function parsePod(text: string, path: string, nodeName: string): Pod | string {
  let document: unknown
  try {
    document = parse(text)
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).split('\n')[0]
    return `${path}: couldn't parse as pod(yaml: ${why}), please check config file`
  }
  const wrong = problemOf(document)
  if (wrong !== undefined) return `${path}: couldn't parse as pod(${wrong}), please check config file`
  return staticPod(document as Pod, path, text, nodeName)
}

function problemOf(document: unknown): string | undefined {
  const object = document as Partial<Pod> | null | undefined
  if (object === null || typeof object !== 'object') return "Object 'Kind' is missing in 'null'"
  if (object.kind === undefined) return `Object 'Kind' is missing in '${JSON.stringify(document)}'`
  if (object.apiVersion === undefined) return `Object 'apiVersion' is missing in '${JSON.stringify(document)}'`
  if (object.kind !== 'Pod' || object.apiVersion !== 'v1')
    return `invalid pod: no kind "${object.kind}" is registered for version "${object.apiVersion}"`
  if (object.metadata?.name === undefined) return 'invalid pod: name is needed for the pod'
  if (!Array.isArray(object.spec?.containers) || object.spec.containers.length === 0)
    return 'invalid pod: spec.containers: Required value'
  const bad = object.spec.containers.findIndex(({ name, image }) => name === undefined || image === undefined)
  if (bad >= 0)
    return `invalid pod: spec.containers[${bad}].${object.spec.containers[bad]!.name === undefined ? 'name' : 'image'}: Required value`
  return undefined
}

/** Source: pkg/kubelet/config/common.go applyDefaults, generatePodName */
function staticPod(pod: Pod, path: string, text: string, nodeName: string): Pod {
  const uid = digestOf(`${nodeName}\n${path}\n${text}`, 32)
  const { metadata, spec } = pod
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name: `${metadata.name}-${nodeName.toLowerCase()}`,
      namespace: metadata.namespace ?? 'default',
      uid,
      annotations: { ...metadata.annotations, [CONFIG_HASH]: uid, [CONFIG_SOURCE]: 'file' },
    },
    spec: {
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      schedulerName: 'default-scheduler',
      enableServiceLinks: true,
      ...spec,
      nodeName,
      // Taints do not concern a static pod.
      tolerations: [...(spec.tolerations ?? []), { effect: 'NoExecute', operator: 'Exists' }],
    },
    status: { phase: 'Pending' },
  }
}
