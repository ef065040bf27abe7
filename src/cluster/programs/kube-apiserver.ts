import { DEFAULT_ADMISSION_PLUGINS } from '../../control-plane/apiserver/admission/index.ts'
import { bootstrapObjects } from '../../control-plane/apiserver/bootstrap/index.ts'
import type { ComponentHealth } from '../../control-plane/apiserver/contract.ts'
import { createApiServer, type RunningApiServer } from '../../control-plane/apiserver/index.ts'
import { type ApiServerEffect, apiServerMachine } from '../../control-plane/apiserver/machine.ts'
import { kinds } from '../../control-plane/apiserver/registry/index.ts'
import type { Process, Program } from '../../node/contract.ts'
import { startChart } from '../../sim/chart.ts'
import { Random } from '../../sim/random.ts'
import { admissionConfiguration } from './admission-configuration.ts'
import { alphaApis } from './alpha-apis.ts'
import { askApi } from './api-over-network.ts'
import { watchAvailability } from './api-service-availability.ts'
import { auditLog, auditProblem } from './audit-log.ts'
import type { ControlPlane } from './control-plane.ts'
import { type Flags, isGateOn, readFlags } from './flags.ts'
import { apiServerId, keepIdentity } from './identity-lease.ts'
import { askInside, postInside } from './inside-call.ts'
import { ADMISSION_PLUGINS, API_SERVER_FILES, API_SERVER_FLAGS, API_SERVER_SWITCHES } from './kube-apiserver-flags.ts'
import { reportStorageVersions } from './storage-versions.ts'

const TIMES = { etcdRedialMs: 1000, etcdDialTimeoutMs: 20_000 }

/**
 * kube-apiserver in its container: it looks at its flags and files, waits for etcd, and answers on its port until it is
 * told to end. What stops the real one stops it too, with the error in its log.
 */
export function apiServerProgram(plane: ControlPlane): Program {
  return {
    start(process) {
      const flags = readFlags(process.argv.slice(1), API_SERVER_FLAGS, API_SERVER_SWITCHES)
      const servers = 'error' in flags ? '' : (flags.get('etcd-servers') ?? '')
      let isTold = false
      const perform = (effect: ApiServerEffect) => {
        if (effect.type === 'dialEtcd') {
          const answers = etcdAnswers(plane, process, servers)
          process.world.clock.defer(() => chart.send({ type: answers ? 'etcd.answers' : 'etcd.refuses' }))
        } else if (effect.type === 'warnOfEtcd') process.log(unreachable(servers), 'stderr')
        else if (effect.type === 'serve') serve(plane, process, flags as Flags, () => isTold)
        else if (effect.type === 'fail') {
          process.log(
            effect.why.startsWith('Error: ')
              ? effect.why
              : `E run.go:72] "command failed" err=${JSON.stringify(effect.why)}`,
            'stderr',
          )
          process.exit(1)
        }
      }
      const chart = startChart(apiServerMachine, process.world, `kube-apiserver/${process.host}`, TIMES, perform)
      process.onSignal(() => {
        isTold = true
        chart.send({ type: 'terminate' })
        process.exit(0)
      })
      process.onEnd(() => chart.stop())
      const wrong =
        'error' in flags ? `Error: ${flags.error}` : configurationProblem(flags, process, pluginNames(plane))
      chart.send(wrong === undefined ? { type: 'configured' } : { type: 'misconfigured', why: wrong })
    },
  }
}

function unreachable(servers: string): string {
  const address = servers.split(',')[0]!.replace('https://', '')
  return `W logging.go:55] [core] [Channel #1 SubChannel #2]grpc: addrConn.createTransport failed to connect to {Addr: "${address}"}. Err: connection error: desc = "transport: Error while dialing: dial tcp ${address}: connect: connection refused"`
}

/** What is wrong with the flags' values, as the server logs it before it exits. */
function configurationProblem(flags: Flags, process: Process, known: ReadonlySet<string>): string | undefined {
  for (const flag of API_SERVER_FILES) {
    const file = flags.get(flag)
    if (file !== undefined && process.files.read(file) === undefined) return `open ${file}: no such file or directory`
  }
  if (!flags.get('etcd-servers')) return '--etcd-servers must be specified'
  const plugins = [
    ...(flags.get('enable-admission-plugins') ?? '').split(','),
    ...(flags.get('disable-admission-plugins') ?? '').split(','),
  ]
  const unknown = plugins.find((plugin) => plugin !== '' && !known.has(plugin))
  if (unknown !== undefined) return `enable-admission-plugins plugin "${unknown}" is unknown`
  if (plugins.slice(0, (flags.get('enable-admission-plugins') ?? '').split(',').length).includes('ImagePolicyWebhook'))
    return 'admission plug-in ImagePolicyWebhook is not simulated by kubedrill'
  if (!isGateOn(flags, 'APIServerIdentity', true) && isGateOn(flags, 'UnknownVersionInteroperabilityProxy', true))
    return 'UnknownVersionInteroperabilityProxy is enabled, but depends on features that are disabled: [APIServerIdentity]'
  const modes = (flags.get('authorization-mode') ?? 'AlwaysAllow').split(',')
  const mode = modes.find((name) => !['Node', 'RBAC', 'AlwaysAllow', 'AlwaysDeny', 'Webhook', 'ABAC'].includes(name))
  if (mode !== undefined) return `authorization-mode: "${mode}" is not a valid mode`
  const beyond = modes.find((name) => name === 'Webhook' || name === 'ABAC')
  if (beyond !== undefined) return `authorization-mode ${beyond} is not simulated by kubedrill`
  return auditProblem(flags, process)
}

/** Whether one of the servers of --etcd-servers is etcd, seen from here. */
function etcdAnswers(plane: ControlPlane, process: Process, servers: string): boolean {
  return servers.split(',').some((url) => {
    const found = /^https:\/\/([^:/]+):(\d+)/.exec(url)
    if (!found) return false
    const to = { ip: found[1]!, port: Number(found[2]) }
    return (
      to.port === 2379 &&
      plane.network.connect({ host: process.host, ip: process.ip }, to, () => 0).outcome === 'connected'
    )
  })
}

/** @param isTold the process was told to end, and has time to put away what it leaves */
function serve(plane: ControlPlane, process: Process, flags: Flags, isTold: () => boolean): void {
  const port = Number(flags.get('secure-port') ?? 6443)
  const clientCA = process.files.read(flags.get('client-ca-file') ?? '')
  const chance = `kube-apiserver/${process.host}/${plane.starts(process.host)}`
  const audit = auditLog(flags, process)
  const alpha = alphaApis(flags)
  const served = alpha.kinds.length === 0 ? kinds : [...kinds, ...alpha.kinds]
  const server = createApiServer({
    clock: process.world.clock,
    random: new Random(plane.seed, chance),
    etcd: plane.etcd.client(process.host),
    bootstrapObjects: [...bootstrapObjects(), ...alpha.access],
    kinds: served,
    serviceCIDR: flags.get('service-cluster-ip-range') ?? '10.0.0.0/24',
    advertiseAddress: flags.get('advertise-address') ?? process.ip,
    securePort: port,
    componentHealth: () => LOCAL_COMPONENTS.map((component) => healthOf(plane, process, component)),
    admissionPlugins: enabledPlugins(flags, plane),
    moreAdmissionPlugins: plane.extensions.flatMap(({ admissionPlugins = [] }) => admissionPlugins),
    ...admissionConfiguration(flags, process),
    post: (call) => postInside(plane.network, process, server, call),
    ask: (call) => askInside(plane.network, process, server, call),
    bootstrapTokens: flags.get('enable-bootstrap-token-auth') === 'true',
    anonymousAuth: flags.get('anonymous-auth') !== 'false',
    authorizationModes: (flags.get('authorization-mode') ?? 'AlwaysAllow').split(','),
    tolerations: {
      ...seconds(flags, 'default-not-ready-toleration-seconds', 'notReadySeconds'),
      ...seconds(flags, 'default-unreachable-toleration-seconds', 'unreachableSeconds'),
    },
    ...(flags.get('service-account-issuer') ? { issuer: flags.get('service-account-issuer')! } : {}),
    ...(clientCA === undefined ? {} : { clientCA }),
    ...(audit && { audit }),
    ...(plane.authority ? { authority: plane.authority } : {}),
  })
  process.log(`I instance.go:233] Using reconciler: lease`, 'stderr')
  process.log(`I secure_serving.go:210] Serving securely on [::]:${port}`, 'stderr')
  process.listen(
    port,
    'TCP',
    (request) => probed(plane, server, request.path ?? '/') ?? askApi(server, request, `${process.ip}:${port}`),
  )
  const isReady = () => server.health().every((check) => check.ok || !check.in.includes('readyz'))
  plane.endpoints.add(process.host, { ip: process.ip, port, server: plane.renewals.serve(server), isReady })
  const self = { name: 'system:apiserver', groups: ['system:masters'] }
  const client = plane.client(process.host, `${process.ip}:${port}`, self)
  watchAvailability(process, plane.network, client)
  const peerAddress = `${flags.get('advertise-address') ?? process.ip}:${port}`
  const endIdentity =
    isGateOn(flags, 'APIServerIdentity', true) &&
    keepIdentity({
      process,
      client,
      random: new Random(plane.seed, `${chance}/identity`),
      ...(isGateOn(flags, 'UnknownVersionInteroperabilityProxy', true) && { peerAddress }),
    })
  const endReports = alpha.storageVersions && reportStorageVersions(process, client, apiServerId(process.host), served)
  process.onEnd(() => {
    if (endReports) endReports()
    if (endIdentity) endIdentity(isTold())
    plane.endpoints.remove(process.host)
    server.stop()
  })
}

/** Asked on the server's own host only, as the real one does. Source: pkg/registry/core/rest/storage_core.go serversToValidate */
const LOCAL_COMPONENTS = [
  { name: 'scheduler', port: 10_259 },
  { name: 'controller-manager', port: 10_257 },
]

function healthOf(
  plane: ControlPlane,
  process: Process,
  { name, port }: (typeof LOCAL_COMPONENTS)[number],
): ComponentHealth {
  const from = { host: process.host, ip: process.ip }
  const { outcome } = plane.network.connect(from, { ip: process.ip, port }, () => 0)
  if (outcome === 'connected') return { name }
  const address = `127.0.0.1:${port}`
  return { name, fault: `Get "https://${address}/healthz": dial tcp ${address}: connect: connection refused` }
}

/** What --enable-admission-plugins may name. */
function pluginNames(plane: ControlPlane): ReadonlySet<string> {
  return new Set([...ADMISSION_PLUGINS, ...extensionPlugins(plane)])
}

function extensionPlugins({ extensions }: ControlPlane): readonly string[] {
  return extensions.flatMap(({ admissionPlugins = [] }) => admissionPlugins.map(({ name }) => name))
}

function enabledPlugins(flags: Flags, plane: ControlPlane): readonly string[] {
  const disabled = (flags.get('disable-admission-plugins') ?? '').split(',')
  const enabled = (flags.get('enable-admission-plugins') ?? '').split(',')
  const byDefault = [...DEFAULT_ADMISSION_PLUGINS, ...extensionPlugins(plane)]
  return [...byDefault.filter((name) => !disabled.includes(name)), ...enabled]
}

function seconds<K extends string>(flags: Flags, flag: string, key: K): Partial<Record<K, number>> {
  const value = flags.get(flag)
  return (value === undefined ? {} : { [key]: Number(value) }) as Partial<Record<K, number>>
}

/** What probes see. */
function probed(plane: ControlPlane, server: RunningApiServer, path: string) {
  const endpoint = /^\/(livez|readyz|healthz)/.exec(path)?.[1]
  if (endpoint === undefined) return undefined
  const asked = endpoint === 'healthz' ? 'livez' : (endpoint as 'livez' | 'readyz')
  const failed = server.health().filter((check) => !check.ok && check.in.includes(asked))
  if (failed.length === 0)
    return { status: 200, body: 'ok', onStale: (listener: () => void) => plane.etcd.onChange(listener) }
  return {
    status: 500,
    body: `${failed.map(({ name }) => `[-]${name} failed: reason withheld`).join('\n')}\n${endpoint} check failed`,
  }
}
