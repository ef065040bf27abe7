import { createImageCatalogue, type Images } from '../node/container-runtime/images.ts'
import type { Program } from '../node/contract.ts'
import type { Barrier } from '../sim/barrier.ts'
import type { DeclaredImage } from './contract.ts'
import { coreDNSOf, kubeProxyOf, metricsServerOf, prometheusAdapterOf, storageProgramsOf } from './programs/addons.ts'
import { cloudControllerManagerProgram } from './programs/cloud-controller-manager.ts'
import type { ControlPlane } from './programs/control-plane.ts'
import { etcdProgram } from './programs/etcd.ts'
import { inCluster } from './programs/in-cluster.ts'
import { apiServerProgram } from './programs/kube-apiserver.ts'
import { controllerManagerProgram } from './programs/kube-controller-manager.ts'
import { schedulerProgram } from './programs/kube-scheduler.ts'

export type { Images } from '../node/container-runtime/images.ts'
export { readUsage } from '../node/container-runtime/usage/written.ts'

/** Every image there is, the cluster's own among them: what its control plane and add-ons do when they run. */
export function createImages(plane: ControlPlane, barrier: Barrier, declared: readonly DeclaredImage[]): Images {
  const programs: Readonly<Record<string, Program>> = {
    etcd: etcdProgram(plane),
    'kube-apiserver': apiServerProgram(plane),
    'kube-controller-manager': controllerManagerProgram(plane),
    'kube-scheduler': schedulerProgram(plane),
    'cloud-controller-manager': cloudControllerManagerProgram(plane),
    'kube-proxy': kubeProxyOf(plane),
    coredns: coreDNSOf(plane),
    'metrics-server': metricsServerOf(plane),
    'prometheus-adapter': prometheusAdapterOf(plane),
    ...storageProgramsOf(plane),
  }
  const provided = plane.extensions.flatMap(({ images = [] }) =>
    images.map(({ program, ...image }) => ({ ...image, program: program(inCluster(plane, true)) })),
  )
  return createImageCatalogue({ network: plane.network, barrier, declared, provided, programs })
}
