import { parse } from 'yaml'
import type { CertificateSigner, TokenAuthority, UserInfo } from '../../api/request.ts'
import type { Client } from '../../client/contract.ts'
import type { Renewals } from '../../client/renewals.ts'
import type { Cloud } from '../../cloud/contract.ts'
import type { EtcdCluster } from '../../control-plane/etcd/index.ts'
import type { RunningScheduler } from '../../control-plane/scheduler/index.ts'
import type { Network } from '../../network/contract.ts'
import type { FileTree } from '../../node/contract.ts'
import type { CsiSockets } from '../../node/csi/sockets.ts'
import type { ApiEndpoints } from '../endpoints.ts'
import type { Extension } from '../extension.ts'
import type { Halted } from '../halted.ts'

/** What the programs of the control plane share. */
export interface ControlPlane {
  readonly seed: number
  readonly network: Network
  readonly etcd: EtcdCluster
  readonly endpoints: ApiEndpoints
  /** Where its machines are rented. */
  readonly cloud: Cloud | undefined
  /** Where CSI drivers are reached. */
  readonly sockets: CsiSockets
  /** Hosts whose kube-proxy is held still. */
  readonly haltedProxies: Halted
  /** Every kube-scheduler that runs, leading or not. */
  readonly schedulers: Set<RunningScheduler>
  /** Lease renewals that nobody can tell are not made. */
  readonly renewals: Renewals
  readonly authority: TokenAuthority | undefined
  readonly certificates: CertificateSigner | undefined
  /** PEM of the cluster's CA certificate. */
  readonly caCertificate: string
  /**
   * A client of a component on a host, for the address `ip:port` of an API server.
   *
   * @param readsBehind in a cluster that explores, reads are as old as what its informers have heard
   */
  client(host: string, endpoint: string, user: UserInfo, readsBehind?: boolean): Client
  /** What was added to this cluster from outside. */
  readonly extensions: readonly Extension[]
  /** Counts starts of API servers on a host: each has chance of its own. */
  starts(host: string): number
}

/**
 * The API server's address in a kubeconfig file.
 *
 * @returns `ip:port`, or the error client-go gives for a file that is missing or broken
 */
export function endpointIn(files: FileTree, path: string): EndpointOrError {
  const text = files.read(path)
  if (text === undefined) return { error: `stat ${path}: no such file or directory` }
  const key = `${path}\0${text}`
  let known = endpoints.get(key)
  if (known === undefined) {
    known = endpointOf(text, path)
    if (endpoints.size >= 100) endpoints.clear()
    endpoints.set(key, known)
  }
  return known
}

type EndpointOrError = { readonly endpoint: string } | { readonly error: string }

const endpoints = new Map<string, EndpointOrError>()

function endpointOf(text: string, path: string): EndpointOrError {
  let config: { clusters?: { cluster?: { server?: string } }[] } | null
  try {
    config = parse(text)
  } catch (error) {
    return { error: `error loading config file "${path}": yaml: ${(error as Error).message.split('\n')[0]}` }
  }
  const server = config?.clusters?.[0]?.cluster?.server
  if (!server)
    return {
      error:
        'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable',
    }
  return { endpoint: server.replace(/^https?:\/\//, '').replace(/\/$/, '') }
}
