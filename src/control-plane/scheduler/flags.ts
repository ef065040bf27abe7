import { parseGoDuration } from '../../api/duration.ts'

/** What kube-scheduler takes from the command line: every flag that was given, by name, as text. */
export type SchedulerFlags = ReadonlyMap<string, string>

type FlagType = 'string' | 'bool' | 'duration' | 'int' | 'float'

/** Source: `kube-scheduler --help` of v1.36, cmd/kube-scheduler/app/options */
const FLAGS: Readonly<Record<FlagType, string>> = {
  string: `allow-metric-labels allow-metric-labels-manifest authentication-kubeconfig authorization-always-allow-paths
    authorization-kubeconfig bind-address cert-dir client-ca-file config disabled-metrics emulated-version feature-gates
    kube-api-content-type kubeconfig leader-elect-resource-lock leader-elect-resource-name leader-elect-resource-namespace
    log-json-info-buffer-size log-text-info-buffer-size logging-format master min-compatibility-version
    requestheader-allowed-names requestheader-client-ca-file requestheader-extra-headers-prefix requestheader-group-headers
    requestheader-uid-headers requestheader-username-headers show-hidden-metrics-for-version tls-cert-file
    tls-cipher-suites tls-curve-preferences tls-min-version tls-private-key-file tls-sni-cert-key v version vmodule
    write-config-to`,
  bool: `authentication-skip-lookup authentication-tolerate-lookup-failure contention-profiling disable-http2-serving
    emulation-forward-compatible help leader-elect log-json-split-stream log-text-split-stream permit-address-sharing
    permit-port-sharing profiling`,
  duration: `authentication-token-webhook-cache-ttl authorization-webhook-cache-authorized-ttl
    authorization-webhook-cache-unauthorized-ttl leader-elect-lease-duration leader-elect-renew-deadline
    leader-elect-retry-period log-flush-frequency pod-max-in-unschedulable-pods-duration`,
  int: 'http2-max-streams-per-connection kube-api-burst secure-port',
  float: 'kube-api-qps',
}

const typeOf: ReadonlyMap<string, FlagType> = new Map(
  Object.entries(FLAGS).flatMap(([type, names]) =>
    names.split(/\s+/).map((name): [string, FlagType] => [name, type as FlagType]),
  ),
)

/**
 * Reads the arguments of `kube-scheduler` (without the program's name). Answers the flags, or the error that the real one
 * prints behind `Error: ` before it exits with 1: `unknown flag: --x`. Source: spf13/pflag flag.go
 */
export function parseFlags(args: readonly string[]): SchedulerFlags | { readonly error: string } {
  const given = new Map<string, string>()
  for (let at = 0; at < args.length; at++) {
    const read = readArgument(args[at]!, args[at + 1])
    if ('error' in read) return read
    given.set(read.name, read.value)
    if (read.tookNext) at++
  }
  return given
}

interface Argument {
  readonly name: string
  readonly value: string
  readonly tookNext: boolean
}

function readArgument(arg: string, next: string | undefined): Argument | { readonly error: string } {
  const parts = /^(--?)([^=]+)(?:=(.*))?$/s.exec(arg)
  if (parts === null) return { error: `"kube-scheduler" does not take any arguments, got ["${arg}"]` }
  const [, dashes, written = '', text] = parts
  if (dashes === '-' && written !== 'v' && written !== 'h')
    return { error: `unknown shorthand flag: '${written[0] ?? ''}' in ${arg}` }
  const name = written === 'h' ? 'help' : written.replaceAll('_', '-')
  const type = typeOf.get(name)
  if (type === undefined) return { error: `unknown flag: --${written}` }
  const tookNext = text === undefined && type !== 'bool' && name !== 'version'
  const value = text ?? (tookNext ? next : 'true')
  if (value === undefined) return { error: `flag needs an argument: --${written}` }
  const wrong = wrongValue(type, value)
  if (wrong !== undefined) return { error: `invalid argument "${value}" for "--${name}" flag: ${wrong}` }
  return { name, value, tookNext }
}

function wrongValue(type: FlagType, value: string): string | undefined {
  const quoted = JSON.stringify(value)
  switch (type) {
    case 'string':
      return undefined
    case 'bool':
      return /^(1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(value)
        ? undefined
        : `strconv.ParseBool: parsing ${quoted}: invalid syntax`
    case 'int':
      return /^[+-]?\d+$/.test(value) ? undefined : `strconv.ParseInt: parsing ${quoted}: invalid syntax`
    case 'float':
      return value !== '' && Number.isFinite(Number(value))
        ? undefined
        : `strconv.ParseFloat: parsing ${quoted}: invalid syntax`
    case 'duration':
      return parseGoDuration(value) === undefined ? `time: invalid duration ${quoted}` : undefined
  }
}
