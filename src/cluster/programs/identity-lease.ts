import { base32, sha256 } from '../../api/sha256.ts'
import { parseTime } from '../../api/time.ts'
import { isStatus, type Lease } from '../../api/types.ts'
import type { Client } from '../../client/contract.ts'
import { LeaseController } from '../../client/lease-controller.ts'
import type { Process } from '../../node/contract.ts'
import type { Random } from '../../sim/random.ts'

const NAMESPACE = 'kube-system'
const KUBE_APISERVER = 'kube-apiserver'
const IDENTITY_LABEL = 'apiserver.kubernetes.io/identity'
const PEER_ANNOTATION = 'kubernetes.io/peer-advertise-address'
/** Source: pkg/controlplane/apiserver/server.go IdentityLeaseDurationSeconds, …RenewIntervalPeriod, …GCPeriod */
const DURATION_SECONDS = 3600
const RENEW_MS = 10_000
const COLLECT_MS = 3_600_000

/** `apiserver-` and half a hash of the host's name. Source: apiserver/pkg/server/config.go NewConfig, APIServerID */
export function apiServerId(hostname: string): string {
  const prefixed = [hostname, KUBE_APISERVER].flatMap((text) => {
    const bytes = new TextEncoder().encode(text)
    return [bytes.length >> 8, bytes.length & 255, ...bytes]
  })
  return `apiserver-${base32(sha256(Uint8Array.from(prefixed)).subarray(0, 16)).toLowerCase()}`
}

export interface IdentityOptions {
  readonly process: Process
  readonly client: Client
  readonly random: Random
  /** `ip:port` by which its peers reach it; undefined without UnknownVersionInteroperabilityProxy. */
  readonly peerAddress?: string | undefined
}

/**
 * The Lease in kube-system by which an API server shows that it lives, and the collector of those that have run out.
 * Source: pkg/controlplane/apiserver/server.go, start-kube-apiserver-identity-lease-controller and …-garbage-collector
 *
 * @returns ends both; `graceful`: the server had time to take its Lease away
 */
export function keepIdentity({ process, client, random, peerAddress }: IdentityOptions): (graceful: boolean) => void {
  const { clock } = process.world
  const name = apiServerId(process.host)
  const lease = new LeaseController({
    client,
    clock,
    name,
    namespace: NAMESPACE,
    holderIdentity: `${name}_${random.uuid()}`,
    leaseDurationSeconds: DURATION_SECONDS,
    everyMs: RENEW_MS,
    complete: (made) => identified(made, process.host, peerAddress),
    log: (line) => process.log(line, 'stderr'),
  })
  // What a server before it left there, so that nobody takes it for this one.
  client.delete('Lease', name, NAMESPACE)
  lease.start()
  let timer = clock.setTimeout(function collect() {
    collectExpired(client, clock.now())
    timer = clock.setTimeout(collect, COLLECT_MS)
  }, 0)
  return (graceful) => {
    clock.clearTimeout(timer)
    lease.stop()
    if (graceful) client.delete('Lease', name, NAMESPACE)
  }
}

/** Source: server.go labelAPIServerHeartbeatFunc */
function identified(lease: Lease, host: string, peerAddress: string | undefined): Lease {
  const { labels, annotations } = lease.metadata
  const isLabelled = labels?.[IDENTITY_LABEL] === KUBE_APISERVER && labels['kubernetes.io/hostname'] === host
  if (isLabelled && (peerAddress === undefined || annotations?.[PEER_ANNOTATION] === peerAddress)) return lease
  return {
    ...lease,
    metadata: {
      ...lease.metadata,
      labels: { ...labels, [IDENTITY_LABEL]: KUBE_APISERVER, 'kubernetes.io/hostname': host },
      ...(peerAddress !== undefined && { annotations: { ...annotations, [PEER_ANNOTATION]: peerAddress } }),
    },
  }
}

/** Source: pkg/controlplane/controller/apiserverleasegc/gc_controller.go gc */
function collectExpired(client: Client, now: number): void {
  const resource = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' }
  const labelSelector = `${IDENTITY_LABEL}=${KUBE_APISERVER}`
  const answer = client.read?.({ verb: 'list', resource, namespace: NAMESPACE, labelSelector })
  if (answer === undefined || isStatus(answer)) return
  for (const { metadata, spec } of (answer as { readonly items: readonly Lease[] }).items) {
    const { renewTime, leaseDurationSeconds } = spec
    const isExpired =
      renewTime === undefined ||
      leaseDurationSeconds === undefined ||
      parseTime(renewTime) + leaseDurationSeconds * 1000 < now
    if (isExpired) client.delete('Lease', metadata.name, NAMESPACE)
  }
}
