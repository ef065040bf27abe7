import { parse } from 'yaml'
import type { TokenAuthority, UserInfo } from '../../api/request.ts'
import type { Client } from '../../client/contract.ts'
import type { Renewals } from '../../client/renewals.ts'
import type { EtcdCluster } from '../../control-plane/etcd/index.ts'
import type { Network } from '../../network/contract.ts'
import type { FileTree } from '../../node/contract.ts'
import type { ApiEndpoints } from '../endpoints.ts'

/** What the programs of the control plane share. */
export interface ControlPlane {
  readonly seed: number
  readonly network: Network
  readonly etcd: EtcdCluster
  readonly endpoints: ApiEndpoints
  /** Lease renewals that nobody can tell are not made. */
  readonly renewals: Renewals
  readonly authority: TokenAuthority | undefined
  /** PEM of the cluster's CA certificate. */
  readonly caCertificate: string
  /** A client of a component on a host, for the address `ip:port` of an API server. */
  client(host: string, endpoint: string, user: UserInfo): Client
  /** Counts starts of API servers on a host: each has chance of its own. */
  starts(host: string): number
}

/**
 * The API server's address in a kubeconfig file.
 *
 * @returns `ip:port`, or the error client-go gives for a file that is missing or broken
 */
export function endpointIn(files: FileTree, path: string): { readonly endpoint: string } | { readonly error: string } {
  const text = files.read(path)
  if (text === undefined) return { error: `stat ${path}: no such file or directory` }
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
