import { corednsProgram } from '../../addons/coredns/index.ts'
import { csiAttacherProgram } from '../../addons/csi/attacher.ts'
import { diskDriverProgram } from '../../addons/csi/disk-driver.ts'
import { csiProvisionerProgram } from '../../addons/csi/provisioner.ts'
import { registrarProgram } from '../../addons/csi/registrar.ts'
import { csiResizerProgram } from '../../addons/csi/resizer.ts'
import { snapshotControllerProgram } from '../../addons/csi/snapshot-controller.ts'
import { csiSnapshotterProgram } from '../../addons/csi/snapshotter.ts'
import { exampleDriverProgram } from '../../addons/dra/example-driver.ts'
import { localPathProgram } from '../../addons/local-path/index.ts'
import { metricsServerProgram } from '../../addons/metrics-server/index.ts'
import { prometheusAdapterProgram } from '../../addons/prometheus-adapter/index.ts'
import type { StorageProgram } from '../../node/container-runtime/storage-images.ts'
import type { Process, Program } from '../../node/contract.ts'
import { kubeProxyProgram } from '../../node/kube-proxy/index.ts'
import type { ControlPlane } from './control-plane.ts'
import { inCluster } from './in-cluster.ts'
import { componentUser } from './kube-controller-manager.ts'

/** A client as a service account of kube-system, at the address the program was given. */
const connect = (plane: ControlPlane, account: string) => (process: Process, server: string) =>
  plane.client(
    process.host,
    server.replace(/^https?:\/\//, ''),
    componentUser(`system:serviceaccount:kube-system:${account}`),
  )

export function kubeProxyOf(plane: ControlPlane): Program {
  return kubeProxyProgram({
    network: plane.network,
    connect: connect(plane, 'kube-proxy'),
    halted: plane.haltedProxies,
  })
}

export function coreDNSOf(plane: ControlPlane): Program {
  return corednsProgram({ network: plane.network, connect: connect(plane, 'coredns') })
}

export function metricsServerOf(plane: ControlPlane): Program {
  return metricsServerProgram({ network: plane.network, connect: connect(plane, 'metrics-server') })
}

/** What brings volumes: the sidecars of CSI drivers, the driver of the simulated cloud's disks, and directories of nodes. */
export function storageProgramsOf(plane: ControlPlane): Readonly<Record<StorageProgram, Program>> {
  const { sockets, cloud } = plane
  const deps = { sockets, connect: inCluster(plane).connect }
  return {
    'local-path-provisioner': localPathProgram(deps),
    'csi-provisioner': csiProvisionerProgram(deps),
    'csi-attacher': csiAttacherProgram(deps),
    'csi-resizer': csiResizerProgram(deps),
    'csi-snapshotter': csiSnapshotterProgram(deps),
    'snapshot-controller': snapshotControllerProgram(deps),
    'csi-node-driver-registrar': registrarProgram(sockets),
    'disk-csi-driver': diskDriverProgram({ cloud, sockets }),
    'dra-example-driver': exampleDriverProgram(deps),
  }
}

export function prometheusAdapterOf(plane: ControlPlane): Program {
  return prometheusAdapterProgram({ connect: inCluster(plane).connect })
}
