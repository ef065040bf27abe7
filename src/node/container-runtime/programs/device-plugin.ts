import type { Process, Program } from '../../contract.ts'
import { DEVICE_PLUGIN_DIRECTORY, type DevicePluginOffer, KUBELET_SOCKET, writeOffer } from '../../plugin-socket.ts'

/** registry.k8s.io/e2e-test-images/sample-device-plugin: two devices that are always well. Source: test/images/sample-device-plugin */
export const sampleDevicePlugin: Program = {
  start(process) {
    process.onSignal((signal) => signal !== 'SIGHUP' && process.exit(0))
    process.log('I sampledeviceplugin.go:123] pluginSocksDir: /var/lib/kubelet/device-plugins/', 'stderr')
    serveDevices(process, 'dp.sock', () => ({
      resource: 'example.com/resource',
      devices: { 'Dev-1': 'Healthy', 'Dev-2': 'Healthy' },
    }))
  },
}

/** nvcr.io/nvidia/k8s-device-plugin: the GPUs it finds in /dev when it starts. Source: github.com/NVIDIA/k8s-device-plugin */
export const nvidiaDevicePlugin: Program = {
  start(process) {
    process.onSignal((signal) => signal !== 'SIGHUP' && process.exit(0))
    process.log('I main.go:235] "Starting NVIDIA Device Plugin" version="0.17.4"', 'stderr')
    const found = process.files.list('/dev').filter((name) => /^nvidia\d+$/.test(name))
    if (found.length === 0) {
      process.log('I main.go:381] No devices found. Waiting indefinitely.', 'stderr')
      return
    }
    const lost = new Set<string>()
    process.log("I server.go:198] Starting GRPC server for 'nvidia.com/gpu'", 'stderr')
    const offer = (): DevicePluginOffer => {
      for (const name of found) if (process.files.read(`/dev/${name}`) === undefined) lost.add(name)
      const devices = found.map((name) => [uuidOf(process, name), lost.has(name) ? 'Unhealthy' : 'Healthy'] as const)
      return {
        resource: 'nvidia.com/gpu',
        devices: Object.fromEntries(devices),
        env: { NVIDIA_VISIBLE_DEVICES: '$IDS' },
      }
    }
    const again = serveDevices(process, 'nvidia-gpu.sock', offer)
    if (again === undefined) return
    process.onEnd(process.files.onChange('/dev', again))
    process.log("I server.go:146] Registered device plugin for 'nvidia.com/gpu' with Kubelet", 'stderr')
  },
}

/**
 * Offers devices to the kubelet of this machine, and again after it was restarted.
 *
 * @returns how to tell it of a change; undefined: there is no kubelet to be found
 */
export function serveDevices(
  process: Process,
  socket: string,
  offer: () => DevicePluginOffer,
): (() => void) | undefined {
  const { files } = process
  const path = `${DEVICE_PLUGIN_DIRECTORY}/${socket}`
  if (!files.isDirectory(DEVICE_PLUGIN_DIRECTORY)) {
    process.log(`E main.go:162] listen unix ${path}: bind: no such file or directory`, 'stderr')
    process.exit(1)
    return undefined
  }
  const tell = () => {
    const content = writeOffer(offer())
    if (files.read(KUBELET_SOCKET) !== undefined && files.read(path) !== content) files.write(path, content)
  }
  tell()
  const stop = files.onChange(DEVICE_PLUGIN_DIRECTORY, tell)
  process.onEnd(() => {
    stop()
    files.remove(path)
  })
  return tell
}

/** The same GPU always has the same name. */
function uuidOf(process: Process, device: string): string {
  let hash = 0x811c9dc5
  for (const character of `${process.host}/${device}`)
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0
  const hex = hash.toString(16).padStart(8, '0')
  return `GPU-${hex}-${hex.slice(0, 4)}-${hex.slice(4)}-${hex.slice(2, 6)}-${hex}${hex.slice(0, 4)}`
}
