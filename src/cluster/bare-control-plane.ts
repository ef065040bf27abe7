import { parse } from 'yaml'
import type { Pod } from '../api/types.ts'
import type { Network } from '../network/contract.ts'
import type { ImageCatalogue } from '../node/contract.ts'
import { createProcess } from '../node/process.ts'
import type { ChartWorld } from '../sim/chart.ts'
import { Random } from '../sim/random.ts'
import type { Machine } from './machines.ts'

/** The parts of a control plane that make an API with working controllers. */
const PARTS = ['etcd', 'kube-apiserver', 'kube-controller-manager']

/**
 * The `control-plane` profile: etcd, API server and controllers as plain processes of a machine, with the flags of their
 * manifests; no kubelet, no scheduler, no nodes. What API tests need.
 */
export function runControlPlaneProcesses(
  machine: Machine,
  images: ImageCatalogue,
  world: ChartWorld,
  network: Network,
  seed: number,
): void {
  const { host } = machine
  network.setHostUp(host.name, true)
  for (const part of PARTS) {
    const path = `/etc/kubernetes/manifests/${part}.yaml`
    const [container] = (parse(host.files.read(path) ?? '') as Pod).spec.containers
    const program = images.find(container!.image ?? '')?.program
    const start = () => {
      const { process } = createProcess({
        world,
        network,
        random: new Random(seed, part),
        argv: container!.command ?? [],
        files: host.files,
        host: host.name,
        ip: host.ip,
        log: (message) =>
          host.journal.add({ at: world.clock.now(), unit: part, identifier: part, pid: 1, message, boot: 0 }),
        // As its systemd unit would: it comes back after a while.
        onExit: () => void world.clock.setTimeout(start, 10_000),
      })
      program?.start(process)
    }
    start()
  }
}
