import { parse } from 'yaml'
import { quantityValue } from '../../api/quantity.ts'
import type { Container, Pod, Volume } from '../../api/types.ts'

export type HelperAction = 'create' | 'delete'

/** A directory that a helper pod is to make or to remove. */
export interface HelperTask {
  readonly action: HelperAction
  /** Of the volume: `pvc-<uid>`. */
  readonly name: string
  readonly path: string
  readonly mode: string
  readonly size: string
  /** Empty: on any node. */
  readonly node: string
  /** setupCommand or teardownCommand; empty: the script of the ConfigMap. */
  readonly command: string
  readonly owner?: Readonly<Record<'user' | 'group' | 'permissions', string>>
}

const SCRIPT_DIRECTORY = '/script'

/** The pod that helperPod.yaml describes. @throws {Error} in the provisioner's words. Source: util.go loadHelperPodFile */
export function parseHelperPod(text: string): Pod {
  const pod = parse(text) as Pod | null
  if (!pod?.spec?.containers?.length) throw new Error('helper pod template does not specify any container')
  const refuse = (field: string) => {
    throw new Error(`helper pod template must not ${field} unless allow-unsafe-helper-pod-template is enabled`)
  }
  const { spec } = pod
  const container = spec.containers[0]!
  if (spec.containers.length !== 1) throw new Error('helper pod template must specify exactly one container')
  if (spec.initContainers?.length) refuse('define initContainers')
  if (spec.volumes?.length) refuse('define custom volumes')
  if (spec.hostNetwork || spec.hostPID || spec.hostIPC) refuse('enable host namespaces')
  if (spec.nodeName) refuse('set spec.nodeName')
  if (container.volumeMounts?.length) refuse('define custom volumeMounts')
  if (container.securityContext?.privileged) refuse('set privileged: true')
  return pod
}

/** Source: createHelperPod. @returns the pod to create, or why there can be none */
export function helperPod(
  template: Pod,
  task: HelperTask,
  place: { readonly namespace: string; readonly serviceAccountName: string; readonly configMap: string },
): Pod | string {
  const slash = task.path.lastIndexOf('/')
  const [parent, directory] = [task.path.slice(0, slash), task.path.slice(slash + 1)]
  if (parent === '' || directory === '')
    return `invalid path ${task.path} for ${task.action}: cannot find parent dir or volume dir or parent dir is relative`
  const { metadata, spec } = template
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name: `${metadata.name}-${task.action}-${task.name}`.slice(0, 128),
      namespace: place.namespace,
    },
    spec: {
      ...spec,
      ...(task.node !== '' && { nodeName: task.node }),
      serviceAccountName: place.serviceAccountName,
      restartPolicy: 'Never',
      tolerations: spec.tolerations ?? [
        { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
      ],
      volumes: volumesOf(task, parent, place.configMap),
      containers: [containerOf(spec.containers[0]!, task, parent, directory)],
    },
  }
}

function volumesOf({ command }: HelperTask, parent: string, configMap: string): Volume[] {
  const items = ['setup', 'teardown'].map((name) => ({ key: name, path: name }))
  return [
    { name: 'data', hostPath: { path: `${parent}/`, type: 'DirectoryOrCreate' } },
    ...(command === '' ? [{ name: 'script', configMap: { name: configMap, items } }] : []),
  ]
}

function containerOf(template: Container, task: HelperTask, parent: string, directory: string): Container {
  const { action, mode, size, command, owner } = task
  const bytes = String(quantityValue(size))
  const path = `${parent}/${directory}`
  const script = action === 'create' ? 'setup' : 'teardown'
  return {
    ...template,
    command: command === '' ? ['/bin/sh', `${SCRIPT_DIRECTORY}/${script}`] : [command],
    args: ['-p', path, '-s', bytes, '-m', mode, '-a', action],
    env: [
      ...(template.env ?? []),
      { name: 'VOL_DIR', value: path },
      { name: 'VOL_MODE', value: mode },
      { name: 'VOL_SIZE_BYTES', value: bytes },
      { name: 'VOL_USER', value: owner?.user ?? '' },
      { name: 'VOL_GROUP', value: owner?.group ?? '' },
      { name: 'VOL_PERM', value: owner?.permissions ?? '' },
    ],
    volumeMounts: [
      ...(command === '' ? [{ name: 'script', mountPath: SCRIPT_DIRECTORY }] : []),
      { name: 'data', mountPath: `${parent}/` },
    ],
  }
}
