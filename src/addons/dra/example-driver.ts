import { type Device, isStatus, type Node, type ResourceSlice } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import type { Process, Program } from '../../node/contract.ts'
import { type PluginInfo, REGISTRATION_DIRECTORY } from '../../node/csi/sockets.ts'
import { type DraDevice, writeDraOffer } from '../../node/plugin-socket.ts'

export interface ExampleDriverDeps {
  /** The client a pod has through its service account. @returns a text says why there is none */
  connect(process: Process): Client | string
}

const NODES = { group: '', version: 'v1', resource: 'nodes' }
const DRIVER = 'gpu.example.com'
const SOCKET_DIRECTORY = `/var/lib/kubelet/plugins/${DRIVER}`
/** Source: dra-example-driver cmd/dra-example-kubeletplugin/main.go --num-devices */
const DEFAULT_COUNT = 8

/**
 * registry.k8s.io/dra-example-driver: GPUs that do not exist, as many as NUM_DEVICES says.
 * Source: kubernetes-sigs/dra-example-driver cmd/dra-example-kubeletplugin
 */
export function exampleDriverProgram({ connect }: ExampleDriverDeps): Program {
  return {
    start(process) {
      process.onSignal((signal) => signal !== 'SIGHUP' && process.exit(0))
      const fail = (message: string) => {
        process.log(`Error: ${message}`, 'stderr')
        process.exit(1)
      }
      const client = connect(process)
      if (typeof client === 'string') return fail(client)
      const { NODE_NAME: nodeName = '', NUM_DEVICES: count = String(DEFAULT_COUNT) } = process.env
      if (nodeName === '') return fail('Required flag "node-name" not set')
      const names = Array.from({ length: Number(count) }, (_, i) => `gpu-${i}`)
      serve(process, names, nodeName)
      publish(process, client, nodeName, names)
      return undefined
    },
  }
}

/** What the kubelet finds: the driver's socket, and the one it registers with. */
function serve(process: Process, names: readonly string[], nodeName: string): void {
  const { files } = process
  const endpoint = `${SOCKET_DIRECTORY}/dra.sock`
  const registration = `${REGISTRATION_DIRECTORY}/${DRIVER}-reg.sock`
  const info: PluginInfo = { type: 'DRAPlugin', name: DRIVER, endpoint }
  const devices = Object.fromEntries(names.map((name) => [name, deviceOf(name, nodeName)]))
  files.write(endpoint, writeDraOffer({ driver: DRIVER, devices }))
  files.write(registration, JSON.stringify(info))
  process.log(`I driver.go:108] "DRA driver registered" driverName="${DRIVER}"`, 'stderr')
  process.onEnd(() => {
    files.remove(registration)
    files.remove(endpoint)
  })
}

/** Source: cmd/dra-example-kubeletplugin/cdi.go, internal/profiles/gpu */
function deviceOf(name: string, nodeName: string): DraDevice {
  const variable = `GPU_DEVICE_${name.slice('gpu-'.length)}`
  return {
    health: 'Healthy',
    env: {
      GPU_NODE_NAME: nodeName,
      DRA_RESOURCE_DRIVER_NAME: DRIVER,
      [variable]: name,
      [`${variable}_RESOURCE_CLAIM`]: '$CLAIM',
    },
  }
}

/** Makes the node's ResourceSlice, and makes it again when somebody removes it. Source: kubeletplugin PublishResources */
function publish(process: Process, client: Client, nodeName: string, names: readonly string[]): void {
  const put = () => {
    const node = client.read?.({ verb: 'get', resource: NODES, name: nodeName })
    if (node === undefined || isStatus(node)) {
      process.log(`E driver.go:76] "Failed to publish" err="${node?.message ?? 'no API server'}"`, 'stderr')
      return
    }
    const own = sliceOf(
      node as Node,
      names.map((name, i) => advertised(name, i, nodeName)),
    )
    const old = client.list('ResourceSlice').find(({ spec }) => spec.driver === DRIVER && spec.nodeName === nodeName)
    const answer =
      old === undefined
        ? client.create(own)
        : client.update('ResourceSlice', old.metadata.name, undefined, (now) => withDevices(now, own))
    if (isStatus(answer) && answer.status === 'Failure')
      process.log(`E resourceslicecontroller.go:586] "Failed to publish" err="${answer.message}"`, 'stderr')
  }
  process.onEnd(
    client.watch('ResourceSlice', {}, ({ type, object: { spec } }) => {
      if (type === 'DELETED' && spec.driver === DRIVER && spec.nodeName === nodeName) put()
    }),
  )
  put()
}

/** A pool of new devices is a new generation. */
function withDevices(now: ResourceSlice, { spec }: ResourceSlice): ResourceSlice | undefined {
  if (now.spec.devices?.length === spec.devices?.length) return undefined
  const pool = { ...spec.pool, generation: now.spec.pool.generation + 1 }
  return { ...now, spec: { ...spec, pool } }
}

const sliceOf = ({ metadata: { name, uid = '' } }: Node, devices: readonly Device[]): ResourceSlice => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceSlice',
  metadata: {
    name: '',
    generateName: `${name}-${DRIVER}-`,
    ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid, controller: true }],
  },
  spec: { driver: DRIVER, nodeName: name, pool: { name, generation: 1, resourceSliceCount: 1 }, devices },
})

/** Source: internal/profiles/gpu/gpu.go EnumerateDevices */
function advertised(name: string, index: number, nodeName: string): Device {
  return {
    name,
    attributes: {
      driverVersion: { version: '1.0.0' },
      index: { int: index },
      model: { string: 'LATEST-GPU-MODEL' },
      uuid: { string: `gpu-${idOf(`${nodeName}/${name}`)}` },
    },
    capacity: { memory: { value: '80Gi' } },
  }
}

/** The same device always has the same one. */
function idOf(text: string): string {
  let hash = 0x811c9dc5
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0
  const hex = hash.toString(16).padStart(8, '0')
  return `${hex}-${hex.slice(0, 4)}-${hex.slice(4)}-${hex.slice(2, 6)}-${hex}${hex.slice(0, 4)}`
}
