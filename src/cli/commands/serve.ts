import { execFileSync } from 'node:child_process'
import { openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { type AuditLog, parseAuditPolicy } from '../../api/audit/index.ts'
import type { VersionInfo } from '../../api/version.ts'
import {
  addressIn,
  type Cluster,
  createCluster,
  DEFAULT_TOPOLOGY,
  type DeclaredImage,
  ImageFileError,
  parseImageFile,
  parseTopology,
  SERVICE_CIDR,
  type Topology,
  TopologyError,
} from '../../cluster/index.ts'
import { createCertificateSigner } from '../../server/certificate-signer.ts'
import { startServer } from '../../server/index.ts'
import { kubeconfig, writeKubeconfig } from '../../server/kubeconfig.ts'
import { Pace } from '../../server/pace.ts'
import { type Credentials, createCredentials, type KeyedCertificate, signCertificate } from '../../server/pki.ts'
import { servedCluster } from '../../server/served-cluster.ts'
import { createTokenAuthority, parseTokenFile } from '../../server/tokens.ts'
import { versionLike } from '../../server/version.ts'
import { advance } from '../../sim/barrier.ts'
import { broken } from '../broken.ts'
import { serveControl } from '../control-server.ts'
import { loadExtensions } from '../extension-file.ts'
import { Failure } from '../failure.ts'
import { makeDirectory } from '../make-directory.ts'
import { type ComponentFlags, extraArgs, type ProfileName, profiles } from '../serve-profiles.ts'
import { servedSocket, servedSockets } from '../session-files.ts'
import { say, tell } from '../terminal.ts'

export interface ServeOptions extends ComponentFlags {
  readonly topology?: string
  readonly images?: string
  readonly serviceClusterIpRange?: string
  readonly port: number
  readonly kubeconfig?: string
  readonly seed: number
  readonly speed: number
  readonly profile: ProfileName
  readonly tokenAuthFile?: string
  readonly clientCaFile?: string
  readonly clusterSigningCertFile?: string
  readonly clusterSigningKeyFile?: string
  readonly auditPolicyFile?: string
  readonly auditLogPath?: string
  readonly versionLike?: string
  readonly extension?: readonly string[]
  readonly session?: string
}

/** `kubedrill serve`: a cluster in the foreground; one line on stdout when it is ready. */
export async function serve(options: ServeOptions): Promise<void> {
  if (options.session !== undefined) return (await import('../live-session.ts')).serveSession(options.session)
  const profile = profiles[options.profile]
  const topology = topologyOf(options)
  const images = options.images === undefined ? [] : readImages(options.images)
  const tokens = options.tokenAuthFile === undefined ? profile.tokens : read(options.tokenAuthFile)
  const staticTokens = tokens === undefined ? undefined : parseTokenFile(tokens)
  const clientCAs = options.clientCaFile === undefined ? [] : [read(options.clientCaFile)]
  const audit = auditOf(options)
  const givenSigner = signingPair(options)
  const version = options.versionLike === undefined ? undefined : readVersion(options.versionLike)
  const credentials = await createCredentials(addressIn(topology?.serviceCIDR ?? SERVICE_CIDR, 1))
  const signing = givenSigner ?? credentials.ca
  const extensions = await loadExtensions(options.extension ?? [])
  const cluster = booted(() =>
    createCluster({
      seed: options.seed,
      profile: options.profile,
      startAt: wholeSeconds(Date.now()) - profile.bootMs,
      authority: createTokenAuthority(credentials.serviceAccountKey, staticTokens),
      certificates: createCertificateSigner(signing),
      caCertificate: credentials.ca.certificate,
      extraArgs: extraArgs(profile, options),
      extensions,
      images,
      ...(topology === undefined ? {} : { topology }),
    }),
  )
  const pace = new Pace(cluster.clock, cluster.barrier, { speed: options.speed, onFailure: broken })
  const server = await startServer({
    ...servedCluster(cluster),
    world: pace,
    credentials,
    port: options.port,
    clientCAs,
    ...(audit === undefined ? {} : { audit }),
    ...(version === undefined ? {} : { version }),
    ...(staticTokens === undefined ? {} : { staticTokens }),
  }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new Failure(`port ${options.port} is in use`) : error
  })
  await advance(cluster.clock, cluster.barrier, Math.max(0, Date.now() - cluster.clock.now()))
  pace.start()
  const config = kubeconfig(server.url, credentials, await adminOf(options.profile, credentials))
  if (options.kubeconfig !== undefined) writeKubeconfig(options.kubeconfig, config)
  const where = options.kubeconfig === undefined ? '' : ` kubeconfig ${options.kubeconfig}`
  const end = () => {
    pace.stop()
    rmSync(socket, { force: true })
    server.close().finally(() => process.exit(0))
  }
  const socket = servedSocket(server.port)
  makeDirectory(servedSockets(), 0o700)
  await serveControl(socket, { cluster, pace, port: server.port, end })
  say(`ready ${server.url}${where}`)
  if (options.kubeconfig === undefined) tell('No kubeconfig was written: give --kubeconfig FILE to use kubectl.')
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
}

/** Where kubeadm has bound nobody to a role, the admin is of the group that needs none. */
function adminOf(profile: ProfileName, { admin, ca }: Credentials): KeyedCertificate | Promise<KeyedCertificate> {
  if (profile === 'full') return admin
  return signCertificate(ca, { commonName: 'kubernetes-admin', organizations: ['system:masters'], usage: 'client' })
}

/** A flag that keeps a component from starting is the user's to know. */
function booted(create: () => Cluster): Cluster {
  try {
    return create()
  } catch (error) {
    const { message } = error as Error
    throw /^(the cluster does not boot|extension )/.test(message) ? new Failure(message) : error
  }
}

function topologyOf(options: ServeOptions): Topology | undefined {
  const topology = options.topology === undefined ? profiles[options.profile].topology : readTopology(options.topology)
  const serviceCIDR = options.serviceClusterIpRange
  if (serviceCIDR === undefined) return topology
  if (!/^\d+\.\d+\.\d+\.\d+\/\d+$/.test(serviceCIDR))
    throw new Failure(`--service-cluster-ip-range: ${serviceCIDR} is not a network like 10.96.0.0/12`)
  return { ...(topology ?? DEFAULT_TOPOLOGY), serviceCIDR }
}

/** Source: apiserver/pkg/server/options/audit.go: without a policy nothing is logged, and `-` is standard output */
function auditOf({ auditPolicyFile, auditLogPath }: ServeOptions): AuditLog | undefined {
  if (auditPolicyFile === undefined && auditLogPath === undefined) return undefined
  if (auditPolicyFile === undefined || auditLogPath === undefined)
    throw new Failure('--audit-policy-file and --audit-log-path go together')
  const text = read(auditPolicyFile)
  try {
    const policy = parseAuditPolicy(text)
    const log = auditLogPath === '-' ? 1 : openSync(auditLogPath, 'a', 0o600)
    return { policy, write: (line) => void writeSync(log, `${line}\n`) }
  } catch (error) {
    throw new Failure(
      `--audit-policy-file ${auditPolicyFile}, --audit-log-path ${auditLogPath}: ${(error as Error).message}`,
    )
  }
}

/** The CA that signs CertificateSigningRequests, where it is not the cluster's own. */
function signingPair({ clusterSigningCertFile, clusterSigningKeyFile }: ServeOptions): KeyedCertificate | undefined {
  if (clusterSigningCertFile === undefined && clusterSigningKeyFile === undefined) return undefined
  if (clusterSigningCertFile === undefined || clusterSigningKeyFile === undefined)
    throw new Failure('--cluster-signing-cert-file and --cluster-signing-key-file go together')
  const pair = { certificate: read(clusterSigningCertFile), key: read(clusterSigningKeyFile) }
  try {
    createCertificateSigner(pair).signerNotAfter()
  } catch (error) {
    throw new Failure(`--cluster-signing-cert-file, --cluster-signing-key-file: ${(error as Error).message}`)
  }
  return pair
}

/** The version of the kubectl that was named. */
function readVersion(kubectl: string): VersionInfo {
  try {
    return versionLike(execFileSync(kubectl, ['version', '--client', '-o', 'json'], { encoding: 'utf8' }))
  } catch (error) {
    throw new Failure(`--version-like: ${kubectl} does not say its version: ${(error as Error).message.split('\n')[0]}`)
  }
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Failure(
      `${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`,
    )
  }
}

function readImages(file: string): readonly DeclaredImage[] {
  try {
    return parseImageFile(read(file), file)
  } catch (error) {
    if (error instanceof ImageFileError) throw new Failure(error.message)
    throw error
  }
}

function readTopology(file: string): Topology {
  try {
    return parseTopology(read(file), file)
  } catch (error) {
    if (error instanceof TopologyError) throw new Failure(error.message)
    throw error
  }
}
