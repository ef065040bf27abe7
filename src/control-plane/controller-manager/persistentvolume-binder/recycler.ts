import { quantityValue } from '../../../api/quantity.ts'
import { isStatus, type PersistentVolume, type Pod, type Volume } from '../../../api/types.ts'
import type { BinderDependencies } from './writes.ts'

const NAMESPACE = 'default'
const GIBIBYTE = 2 ** 30

/** --pv-recycler-minimum-timeout-hostpath and -nfs, s; --pv-recycler-timeout-increment-*, s for each GiB */
const MINIMUM = { hostPath: 60, nfs: 300 } as const
const INCREMENT = 30

/**
 * Scrubs released volumes with a pod each. Deprecated, and only for hostPath and NFS.
 * Source: pkg/volume/util/recyclerclient/recycler_client.go, pkg/volume/plugins.go NewPersistentVolumeRecyclerPodTemplate
 */
export class Recycler {
  readonly #deps: Pick<BinderDependencies, 'client' | 'recorder'>
  readonly #running = new Map<string, () => void>()

  constructor(deps: Pick<BinderDependencies, 'client' | 'recorder'>) {
    this.#deps = deps
  }

  /** @param over called when the pod has succeeded, or with what went wrong; not called where a recycling is under way */
  recycle(volume: PersistentVolume, over: (error?: string) => void): void {
    const { client } = this.#deps
    const { name } = volume.metadata
    const pod = recyclerPod(volume)
    if (pod === undefined || this.#running.has(name)) return
    const made = client.create(pod)
    if (!isStatus(made)) {
      this.#follow(volume, made.metadata.name, over)
      return
    }
    if (made.reason !== 'AlreadyExists') over(`unexpected error creating recycler pod:  ${made.message}`)
    else {
      client.delete('Pod', pod.metadata.name, NAMESPACE)
      over('old recycler pod found, will retry later')
    }
  }

  /** Events of the pod become events of the volume. Source: waitForPod */
  #follow(volume: PersistentVolume, podName: string, over: (error?: string) => void): void {
    const { client, recorder } = this.#deps
    const finish = (error?: string) => {
      this.#stop(volume.metadata.name)
      client.delete('Pod', podName, NAMESPACE)
      over(error === undefined ? undefined : `failed to recycle volume: ${error}`)
    }
    const named = { namespace: NAMESPACE, fieldSelector: `metadata.name=${podName}` }
    const about = { namespace: NAMESPACE, fieldSelector: `involvedObject.name=${podName}` }
    const stops = [
      client.watch('Pod', named, ({ type, object: { status } }) => {
        if (type === 'DELETED') finish('recycler pod was deleted')
        else if (status?.phase === 'Succeeded') finish()
        else if (status?.phase === 'Failed') finish(status.message || 'pod failed, pod.Status.Message unknown')
      }),
      client.watch('Event', about, ({ type, object: { type: eventType, message } }) => {
        const severity = eventType === 'Warning' ? 'Warning' : 'Normal'
        if (type === 'ADDED') recorder.event(volume, severity, 'RecyclerPod', `Recycler pod: ${message}`)
      }),
    ]
    this.#running.set(volume.metadata.name, () => {
      for (const stop of stops) stop()
    })
  }

  #stop(name: string): void {
    this.#running.get(name)?.()
    this.#running.delete(name)
  }

  stop(): void {
    for (const name of [...this.#running.keys()]) this.#stop(name)
  }
}

export function isRecyclable({ spec }: PersistentVolume): boolean {
  return spec.hostPath !== undefined || spec.nfs !== undefined
}

/** Source: hostpath/host_path.go Recycle, nfs/nfs.go Recycle, util.go CalculateTimeoutForVolume */
function recyclerPod({ metadata, spec }: PersistentVolume): Pod | undefined {
  const source: Omit<Volume, 'name'> | undefined =
    spec.hostPath !== undefined
      ? { hostPath: { path: spec.hostPath.path } }
      : spec.nfs && { nfs: { server: spec.nfs.server, path: spec.nfs.path } }
  if (source === undefined) return undefined
  const minimum = spec.hostPath === undefined ? MINIMUM.nfs : MINIMUM.hostPath
  const bySize = Math.floor(quantityValue(spec.capacity?.storage) / GIBIBYTE) * INCREMENT
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `recycler-for-${metadata.name}`, namespace: NAMESPACE },
    spec: {
      activeDeadlineSeconds: Math.max(bySize, minimum),
      restartPolicy: 'Never',
      volumes: [{ name: 'vol', ...source }],
      containers: [
        {
          name: 'pv-recycler',
          image: 'registry.k8s.io/build-image/debian-base:bookworm-v1.0.6',
          command: ['/bin/sh'],
          args: ['-c', 'test -e /scrub && find /scrub -mindepth 1 -delete && test -z "$(ls -A /scrub)" || exit 1'],
          volumeMounts: [{ name: 'vol', mountPath: '/scrub' }],
        },
      ],
    },
  }
}
