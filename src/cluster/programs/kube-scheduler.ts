import { createRecorder } from '../../client/recorder.ts'
import { parseFlags, startScheduler } from '../../control-plane/scheduler/index.ts'
import { steady } from '../../network/steady.ts'
import type { Process, Program } from '../../node/contract.ts'
import { Random } from '../../sim/random.ts'
import { type ControlPlane, endpointIn } from './control-plane.ts'
import { componentUser } from './kube-controller-manager.ts'

/** kube-scheduler in its container. */
export function schedulerProgram(plane: ControlPlane): Program {
  return {
    start(process) {
      const flags = parseFlags(process.argv.slice(1))
      if ('error' in flags) return fail(process, `Error: ${flags.error}`)
      const config = endpointIn(process.files, flags.kubeconfig)
      if ('error' in config) return fail(process, `E run.go:72] "command failed" err="${config.error}"`)
      const client = plane.client(process.host, config.endpoint, componentUser('system:kube-scheduler'))
      process.listen(10259, 'TCP', () => ({ status: 200, body: 'ok', onStale: steady }))
      process.onSignal(() => process.exit(0))
      const random = new Random(plane.seed, `kube-scheduler/${process.host}/${process.world.clock.now()}`)
      const running = startScheduler({
        client,
        recorder: createRecorder(client, 'default-scheduler', process.world, random),
        world: process.world,
        random,
        identity: process.host,
        flags,
        onLost: () => fail(process, 'E server.go: "Leaderelection lost"'),
      })
      process.onEnd(() => running.stop())
    },
  }
}

function fail(process: Process, line: string): void {
  process.log(line, 'stderr')
  process.exit(1)
}
