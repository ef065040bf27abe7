import { createRecorder } from '../../client/recorder.ts'
import {
  kubedrillProvider,
  parseFlags,
  startCloudControllerManager,
} from '../../control-plane/cloud-controller-manager/index.ts'
import { steady } from '../../network/steady.ts'
import type { Process, Program } from '../../node/contract.ts'
import { Random } from '../../sim/random.ts'
import { type ControlPlane, endpointIn } from './control-plane.ts'
import { componentUser } from './kube-controller-manager.ts'

/** cloud-controller-manager in its container. */
export function cloudControllerManagerProgram(plane: ControlPlane): Program {
  return {
    start(process) {
      const flags = parseFlags(process.argv.slice(1))
      if ('error' in flags) return fail(process, `Error: ${flags.error}`)
      const { cloud } = plane
      if (flags.cloudProvider !== cloud?.provider)
        return fail(
          process,
          `F main.go] Cloud provider could not be initialized: unknown cloud provider "${flags.cloudProvider}"`,
        )
      const endpoint = endpointOf(process, flags.kubeconfig)
      if ('error' in endpoint) return fail(process, `E run.go:72] "command failed" err="${endpoint.error}"`)
      process.listen(10258, 'TCP', () => ({ status: 200, body: 'ok', onStale: steady }))
      process.onSignal(() => process.exit(0))
      const random = new Random(plane.seed, `cloud-controller-manager/${process.host}/${process.world.clock.now()}`)
      const running = startCloudControllerManager({
        client: (account) =>
          plane.client(process.host, endpoint.endpoint, componentUser(`system:serviceaccount:kube-system:${account}`)),
        recorder: (client, component) => createRecorder(client, component, process.world, random),
        world: process.world,
        random,
        identity: process.host,
        flags,
        provider: kubedrillProvider(cloud),
        log: (line) => process.log(line, 'stderr'),
        onLost: () => fail(process, 'F controllermanager.go] leaderelection lost'),
      })
      process.onEnd(() => running.stop())
    },
  }
}

/** Where --kubeconfig says, or where a Pod finds the API. Source: client-go/tools/clientcmd BuildConfigFromFlags */
function endpointOf({ env, files }: Process, kubeconfig: string): ReturnType<typeof endpointIn> {
  if (kubeconfig !== '') return endpointIn(files, kubeconfig)
  const host = env.KUBERNETES_SERVICE_HOST
  if (host !== undefined) return { endpoint: `${host}:${env.KUBERNETES_SERVICE_PORT ?? 443}` }
  return {
    error:
      'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable',
  }
}

function fail(process: Process, line: string): void {
  process.log(line, 'stderr')
  process.exit(1)
}
