import type { UserInfo } from '../../api/request.ts'
import { createRecorder } from '../../client/recorder.ts'
import { checkPolicyTypes } from '../../control-plane/apiserver/policy-types.ts'
import { parseFlags, startControllerManager } from '../../control-plane/controller-manager/index.ts'
import { steady } from '../../network/steady.ts'
import type { Process, Program } from '../../node/contract.ts'
import { Random } from '../../sim/random.ts'
import { storedKinds } from '../stored-kinds.ts'
import { type ControlPlane, endpointIn } from './control-plane.ts'

const FILES = [
  'root-ca-file',
  'service-account-private-key-file',
  'client-ca-file',
  'cluster-signing-cert-file',
  'cluster-signing-key-file',
]

/** kube-controller-manager in its container. */
export function controllerManagerProgram(plane: ControlPlane): Program {
  return {
    start(process) {
      const more = plane.extensions.flatMap(({ controllers = [] }) => controllers)
      const flags = parseFlags(
        process.argv.slice(1),
        more.map(({ name }) => name),
      )
      if ('error' in flags) return fail(process, `Error: ${flags.error}`)
      const config = endpointIn(process.files, flags.kubeconfig)
      if ('error' in config) return fail(process, `E run.go:72] "command failed" err="${config.error}"`)
      const missing = FILES.map((flag) => flags.given.get(flag)).find(
        (file) => file !== undefined && process.files.read(file) === undefined,
      )
      if (missing !== undefined)
        return fail(process, `E run.go:72] "command failed" err="open ${missing}: no such file or directory"`)
      process.listen(10257, 'TCP', () => ({ status: 200, body: 'ok', onStale: steady }))
      process.onSignal(() => process.exit(0))
      const random = new Random(plane.seed, `kube-controller-manager/${process.host}/${process.world.clock.now()}`)
      const running = startControllerManager({
        client: (user) => plane.client(process.host, config.endpoint, componentUser(user)),
        recorder: (client, component) => createRecorder(client, component, process.world, random),
        world: process.world,
        random,
        identity: process.host,
        flags,
        kinds: storedKinds,
        checkPolicy: checkPolicyTypes,
        log: (line) => process.log(line, 'stderr'),
        more,
        authority: {
          rootCA: plane.caCertificate,
          ...(plane.certificates && flags.given.has('cluster-signing-key-file')
            ? { certificates: plane.certificates }
            : {}),
          ...(plane.authority ? { signToken: (claims) => plane.authority!.sign(claims) } : {}),
        },
        onLost: () => fail(process, 'E leaderelection.go: "leaderelection lost"'),
      })
      process.onEnd(() => running.stop())
    },
  }
}

function fail(process: Process, line: string): void {
  process.log(line, 'stderr')
  process.exit(1)
}

/** The groups that come with a component's name. */
export function componentUser(name: string): UserInfo {
  const account = /^system:serviceaccount:([^:]+):/.exec(name)
  if (account === null) return { name, groups: ['system:authenticated'] }
  return { name, groups: ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`, 'system:authenticated'] }
}
