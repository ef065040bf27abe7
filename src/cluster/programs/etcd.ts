import { steady } from '../../network/steady.ts'
import type { Program } from '../../node/contract.ts'
import type { ControlPlane } from './control-plane.ts'
import { names, readFlags } from './flags.ts'

/** Flags of etcd 3.6. Source: etcd server/etcdmain/help.go */
const ETCD_FLAGS = names(`
  advertise-client-urls auto-compaction-mode auto-compaction-retention auth-token backend-batch-interval
  backend-batch-limit bcrypt-cost cert-file cipher-suites client-cert-auth client-crl-file compaction-batch-limit
  config-file cors data-dir discovery-endpoints discovery-token election-timeout enable-grpc-gateway enable-pprof
  feature-gates force-new-cluster grpc-keepalive-interval grpc-keepalive-min-time grpc-keepalive-timeout
  heartbeat-interval help host-whitelist initial-advertise-peer-urls initial-cluster initial-cluster-state
  initial-cluster-token initial-election-tick-advance key-file listen-client-http-urls listen-client-urls
  listen-metrics-urls listen-peer-urls log-format log-level log-outputs logger max-concurrent-streams
  max-learners max-request-bytes max-snapshots max-txn-ops max-wals metrics name peer-auto-tls peer-cert-allowed-cn
  peer-cert-file peer-client-cert-auth peer-client-cert-file peer-crl-file peer-key-file peer-trusted-ca-file pre-vote
  quota-backend-bytes snapshot-catchup-entries snapshot-count socket-reuse-address socket-reuse-port
  strict-reconfig-check tls-max-version tls-min-version trusted-ca-file unsafe-no-fsync version wal-dir
  warning-apply-duration watch-progress-notify-interval`)
const SWITCHES = names(
  'client-cert-auth peer-client-cert-auth force-new-cluster pre-vote enable-pprof help version strict-reconfig-check',
)

const FILES = ['cert-file', 'key-file', 'trusted-ca-file', 'peer-cert-file', 'peer-key-file', 'peer-trusted-ca-file']

/** etcd in its container: one member, part of the cluster as long as it runs. */
export function etcdProgram(plane: ControlPlane): Program {
  return {
    start(process) {
      const flags = readFlags(process.argv.slice(1), ETCD_FLAGS, SWITCHES)
      if ('error' in flags) {
        process.log(`flag provided but not defined: ${flags.error.replace('unknown flag: -', '')}`, 'stderr')
        return process.exit(2)
      }
      const missing = FILES.map((flag) => flags.get(flag)).find(
        (file) => file !== undefined && process.files.read(file) === undefined,
      )
      if (missing !== undefined) {
        process.log(
          `{"level":"fatal","caller":"etcdmain/etcd.go:204","msg":"discovery failed","error":"open ${missing}: no such file or directory"}`,
          'stderr',
        )
        return process.exit(1)
      }
      const member = plane.etcd.member(process.host)
      member.start()
      process.log('{"level":"info","caller":"embed/etcd.go:640","msg":"ready to serve client requests"}', 'stderr')
      for (const port of clientPorts(flags.get('listen-client-urls')))
        process.listen(port, 'TCP', () => ({ status: 200 }))
      process.listen(2381, 'TCP', ({ path }) => answer(path ?? '/'))
      process.onSignal(() => process.exit(0))
      process.onEnd(() => member.stop())
    },
  }
}

function clientPorts(urls = 'https://127.0.0.1:2379'): ReadonlySet<number> {
  return new Set(urls.split(',').map((url) => Number(/:(\d+)$/.exec(url)?.[1] ?? 2379)))
}

/** Liveness does not ask for a leader: a member without quorum is not restarted. */
function answer(path: string) {
  return /^\/(livez|readyz|health)/.test(path)
    ? { status: 200, body: '{"health":"true"}', onStale: steady }
    : { status: 404 }
}
