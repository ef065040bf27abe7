import type { Program } from '../../node/contract.ts'
import type { CsiSockets, PluginInfo } from '../../node/csi/sockets.ts'
import { flagOf, whenConnected } from './sidecar.ts'

/** The `csi-node-driver-registrar` binary: tells the kubelet of a driver. Source: kubernetes-csi/node-driver-registrar */
export function registrarProgram(sockets: CsiSockets): Program {
  return {
    start(process) {
      process.onSignal(() => process.exit(0))
      whenConnected(process, sockets, ({ name }) => {
        const endpoint = flagOf(process, 'kubelet-registration-path') ?? ''
        const info: PluginInfo = { type: 'CSIPlugin', name, endpoint }
        const path = `/registration/${name}-reg.sock`
        process.log(`I node_register.go:56] "Starting Registration Server" socketPath="${path}"`, 'stderr')
        process.files.write(path, JSON.stringify(info))
        process.onEnd(() => process.files.remove(path))
      })
    },
  }
}
