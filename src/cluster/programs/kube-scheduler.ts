import { decodeBase64 } from '../../api/base64.ts'
import { createEventsRecorder } from '../../client/events-recorder.ts'
import { createRecorder } from '../../client/recorder.ts'
import { completeOptions, parseFlags, startScheduler } from '../../control-plane/scheduler/index.ts'
import { inTreeRegistry } from '../../control-plane/scheduler/registry.ts'
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
      const options = completeOptions(flags, (path) => process.files.read(path))
      if ('error' in options) return failCommand(process, options.error)
      const api = connectionOf(process, options.config.clientConnection.kubeconfig)
      if ('error' in api) return failCommand(process, api.error)
      const client = plane.client(process.host, api.endpoint, componentUser(api.user))
      process.listen(Number(flags.get('secure-port') ?? 10259), 'TCP', () => ({
        status: 200,
        body: 'ok',
        onStale: steady,
      }))
      process.onSignal(() => process.exit(0))
      const { resourceName } = options.config.leaderElection
      const stream = resourceName === 'kube-scheduler' ? process.host : `${process.host}/${resourceName}`
      const random = new Random(plane.seed, `kube-scheduler/${stream}/${process.world.clock.now()}`)
      const { world, host } = process
      const first = options.config.profiles[0]!.schedulerName
      try {
        const running = startScheduler({
          client,
          eventsRecorder: (name) => createEventsRecorder(client, name, world, random, host),
          recorder: createRecorder(client, first, world, random),
          world,
          random,
          identity: host,
          options,
          registry: Object.assign({}, inTreeRegistry, ...plane.extensions.map((each) => each.schedulerPlugins ?? {})),
          onLost: () => fail(process, 'E server.go: "Leaderelection lost"'),
        })
        plane.schedulers.add(running)
        process.onEnd(() => {
          plane.schedulers.delete(running)
          running.stop()
        })
      } catch (error) {
        failCommand(process, (error as Error).message)
      }
    },
  }
}

type Connection = { readonly endpoint: string; readonly user: string } | { readonly error: string }

/** Source: client-go/tools/clientcmd/client_config.go */
const NO_CONFIGURATION =
  'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable'
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** A scheduler in a Deployment names no kubeconfig: it is its service account. Source: client-go/rest/config.go InClusterConfig */
function connectionOf({ files, env }: Process, kubeconfig: string): Connection {
  const token = kubeconfig === '' ? files.read(TOKEN) : undefined
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env
  if (token === undefined || host === undefined) {
    if (kubeconfig === '') return { error: NO_CONFIGURATION }
    const config = endpointIn(files, kubeconfig)
    return 'error' in config ? config : { endpoint: config.endpoint, user: 'system:kube-scheduler' }
  }
  const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
  const { sub = '' } = JSON.parse(decodeBase64(payload)) as { sub?: string }
  return { endpoint: `${host}:${port ?? 443}`, user: sub }
}

function failCommand(process: Process, error: string): void {
  const err = error.includes('\n') ? `<\n\t${error.replaceAll('\n', '\n\t')}\n >` : JSON.stringify(error)
  fail(process, `E run.go:72] "command failed" err=${err}`)
}

function fail(process: Process, line: string): void {
  process.log(line, 'stderr')
  process.exit(1)
}
