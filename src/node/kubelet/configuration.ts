import { parse } from 'yaml'
import { parseGoDuration } from '../../api/duration.ts'
import { quantityValue } from '../../api/quantity.ts'
import type { FileTree } from '../contract.ts'
import { CONFIGURATION_FIELDS } from './configuration-fields.ts'
import { flaggedFields } from './configuration-flags.ts'
import type { Kubeconfig } from './contract.ts'
import { SYSTEM_CRITICAL_PRIORITY } from './eviction/critical.ts'
import { DEFAULT_EVICTION_HARD, parseThresholds, type Threshold } from './eviction/thresholds.ts'
import type { ShutdownPeriod } from './shutdown/manager.ts'

/** What of a KubeletConfiguration changes what this kubelet does. Times in ms. */
export interface KubeletConfiguration {
  readonly staticPodPath: string | undefined
  readonly fileCheckFrequency: number
  readonly syncFrequency: number
  readonly nodeStatusUpdateFrequency: number
  readonly nodeStatusReportFrequency: number
  readonly nodeLeaseDurationSeconds: number
  readonly maxPods: number | undefined
  readonly clusterDNS: readonly string[]
  readonly clusterDomain: string
  readonly serializeImagePulls: boolean
  readonly registerNode: boolean
  readonly systemReserved: Readonly<Record<string, string>>
  readonly kubeReserved: Readonly<Record<string, string>>
  readonly evictionThresholds: readonly Threshold[]
  readonly evictionPressureTransitionPeriod: number
  /** Seconds a pod gets at most when a soft threshold is met. */
  readonly evictionMaxPodGracePeriod: number
  /** `pods`: all pods together get no more than what is allocatable. */
  readonly enforceNodeAllocatable: readonly string[]
  /** How long pods get when the machine is shut down in order, by priority; none: no time at all. */
  readonly shutdownGracePeriods: readonly ShutdownPeriod[]
  /** Bytes of one file of a container's log, how many files are kept, how often that is looked at. */
  readonly containerLogMaxSize: number
  readonly containerLogMaxFiles: number
  readonly containerLogMonitorInterval: number
  /** The longest a container that crashes again and again waits. */
  readonly maxContainerRestartPeriod: number
  readonly imageGCHighThresholdPercent: number
  readonly imageGCLowThresholdPercent: number
  readonly imageMinimumGCAge: number
  /** 0: images may be of any age. */
  readonly imageMaximumGCAge: number
  /** `static`: Guaranteed pods have CPUs, or memory, of their own. */
  readonly cpuManagerPolicy: string
  readonly memoryManagerPolicy: string
  /** The CA that client certificates are checked with. */
  readonly clientCAFile: string | undefined
}

export const CONFIG_FILE = '/var/lib/kubelet/config.yaml'
export const KUBECONFIG_FILE = '/etc/kubernetes/kubelet.conf'
export const FLAGS_FILE = '/var/lib/kubelet/kubeadm-flags.env'

/** A text says why the kubelet cannot run with this file, as it logs it. Source: cmd/kubelet/app/server.go loadConfigFile */
export function loadConfiguration(
  files: FileTree,
  path = CONFIG_FILE,
  flags: ReadonlyMap<string, string> = new Map(),
): KubeletConfiguration | string {
  const fail = (why: string) =>
    `failed to load kubelet config file, path: ${path}, error: failed to load Kubelet config file ${path}, error ${why}`
  const text = files.read(path)
  if (text === undefined)
    return fail(`failed to read kubelet config file "${path}", error: open ${path}: no such file or directory`)
  const document = documentOf(text)
  if (typeof document === 'string') return fail(document)
  return configurationOf({ ...document, ...flaggedFields(flags) }, path)
}

/** The nodes of a cluster have the same file: it is read once. */
const documents = new Map<string, RawConfiguration | string>()

/** A text says what is wrong with it. */
function documentOf(text: string): RawConfiguration | string {
  let known = documents.get(text)
  if (known === undefined) {
    known = parseDocument(text)
    if (documents.size > 100) documents.clear()
    documents.set(text, known)
  }
  return known
}

function parseDocument(text: string): RawConfiguration | string {
  try {
    const document: unknown = parse(text)
    return problemOf(document) ?? (document as RawConfiguration)
  } catch (error) {
    return `yaml: ${firstLine(error)}`
  }
}

type RawConfiguration = Readonly<Record<string, unknown>>

/** Source: pkg/kubelet/kubeletconfig/util/codec (strict decoding), apimachinery/pkg/runtime/error.go */
function problemOf(document: unknown): string | undefined {
  if (document === null || typeof document !== 'object' || Array.isArray(document))
    return 'couldn\'t get version/kind; json parse error: json: cannot unmarshal string into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
  const { apiVersion, kind } = document as RawConfiguration
  if (kind === undefined) return "Object 'Kind' is missing"
  if (apiVersion === undefined) return "Object 'apiVersion' is missing"
  if (kind !== 'KubeletConfiguration' || apiVersion !== 'kubelet.config.k8s.io/v1beta1')
    return `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/kubelet/apis/config/scheme/scheme.go:36"`
  const unknown = Object.keys(document).filter((field) => !CONFIGURATION_FIELDS.has(field))
  if (unknown.length > 0)
    return `strict decoding error: ${unknown.map((field) => `unknown field "${field}"`).join(', ')}`
  return undefined
}

function configurationOf(raw: RawConfiguration, path: string): KubeletConfiguration | string {
  const bad: string[] = []
  const duration = (field: string, byDefault: number): number => {
    const value = raw[field]
    if (value === undefined || value === '0s' || value === 0) return byDefault
    const ms = typeof value === 'string' ? parseGoDuration(value) : undefined
    if (ms === undefined)
      bad.push(
        `json: cannot unmarshal ${typeof value} into Go struct field KubeletConfiguration.${field} of type string`,
      )
    return ms ?? byDefault
  }
  const evictionThresholds = thresholdsOf(raw)
  if (typeof evictionThresholds === 'string') return `failed to run Kubelet: ${evictionThresholds}`
  const configuration: KubeletConfiguration = {
    staticPodPath: raw.staticPodPath as string | undefined,
    fileCheckFrequency: duration('fileCheckFrequency', 20_000),
    syncFrequency: duration('syncFrequency', 60_000),
    nodeStatusUpdateFrequency: duration('nodeStatusUpdateFrequency', 10_000),
    // Five minutes when neither is set. Source: pkg/kubelet/apis/config/v1beta1/defaults.go
    nodeStatusReportFrequency: duration(
      'nodeStatusReportFrequency',
      duration('nodeStatusUpdateFrequency', 0) === 0 ? 300_000 : duration('nodeStatusUpdateFrequency', 10_000),
    ),
    nodeLeaseDurationSeconds: (raw.nodeLeaseDurationSeconds as number | undefined) ?? 40,
    maxPods: raw.maxPods as number | undefined,
    clusterDNS: (raw.clusterDNS as readonly string[] | undefined) ?? [],
    clusterDomain: (raw.clusterDomain as string | undefined) ?? '',
    serializeImagePulls: raw.serializeImagePulls !== false,
    registerNode: raw.registerNode !== false,
    systemReserved: (raw.systemReserved as Record<string, string> | undefined) ?? {},
    kubeReserved: (raw.kubeReserved as Record<string, string> | undefined) ?? {},
    evictionThresholds,
    evictionPressureTransitionPeriod: duration('evictionPressureTransitionPeriod', 300_000),
    evictionMaxPodGracePeriod: (raw.evictionMaxPodGracePeriod as number | undefined) ?? 0,
    enforceNodeAllocatable: enforcedOf(raw),
    shutdownGracePeriods: shutdownPeriods(
      raw,
      duration('shutdownGracePeriod', 0),
      duration('shutdownGracePeriodCriticalPods', 0),
    ),
    containerLogMaxSize: quantityValue((raw.containerLogMaxSize as string | undefined) ?? '10Mi'),
    containerLogMaxFiles: (raw.containerLogMaxFiles as number | undefined) ?? 5,
    containerLogMonitorInterval: duration('containerLogMonitorInterval', 10_000),
    maxContainerRestartPeriod: restartPeriodOf(raw),
    imageGCHighThresholdPercent: (raw.imageGCHighThresholdPercent as number | undefined) ?? 85,
    imageGCLowThresholdPercent: (raw.imageGCLowThresholdPercent as number | undefined) ?? 80,
    imageMinimumGCAge: duration('imageMinimumGCAge', 120_000),
    imageMaximumGCAge: duration('imageMaximumGCAge', 0),
    cpuManagerPolicy: (raw.cpuManagerPolicy as string | undefined) || 'none',
    memoryManagerPolicy: (raw.memoryManagerPolicy as string | undefined) || 'None',
    clientCAFile: (raw.authentication as { x509?: { clientCAFile?: string } } | undefined)?.x509?.clientCAFile,
  }
  if (bad.length === 0) return configuration
  return `failed to load kubelet config file, path: ${path}, error: failed to load Kubelet config file ${path}, error ${bad[0]}`
}

/** Source: pkg/kubelet/kubelet.go (KubeletCrashLoopBackOffMax) */
function restartPeriodOf({ crashLoopBackOff }: RawConfiguration): number {
  const text = (crashLoopBackOff as { readonly maxContainerRestartPeriod?: string } | null | undefined)
    ?.maxContainerRestartPeriod
  return (text === undefined ? undefined : parseGoDuration(text)) ?? 300_000
}

/** Source: pkg/kubelet/nodeshutdown/nodeshutdown_manager.go migrateConfig */
function shutdownPeriods(raw: RawConfiguration, totalMs: number, criticalMs: number): readonly ShutdownPeriod[] {
  const byPriority = raw.shutdownGracePeriodByPodPriority as readonly ShutdownPeriod[] | undefined
  if (byPriority !== undefined && byPriority.length > 0) return byPriority
  if (totalMs === 0 || totalMs < criticalMs) return []
  return [
    { priority: 0, shutdownGracePeriodSeconds: (totalMs - criticalMs) / 1000 },
    { priority: SYSTEM_CRITICAL_PRIORITY, shutdownGracePeriodSeconds: criticalMs / 1000 },
  ]
}

function enforcedOf(raw: RawConfiguration): readonly string[] {
  return (raw.enforceNodeAllocatable as readonly string[] | undefined) ?? ['pods']
}

function thresholdsOf(raw: RawConfiguration): readonly Threshold[] | string {
  const map = (field: string) => (raw[field] as Readonly<Record<string, string>> | undefined) ?? {}
  const isSet = raw.evictionHard !== undefined && Object.keys(map('evictionHard')).length > 0
  const isMerged = raw.mergeDefaultEvictionSettings === true
  return parseThresholds({
    hard: isSet && !isMerged ? map('evictionHard') : { ...DEFAULT_EVICTION_HARD, ...map('evictionHard') },
    soft: map('evictionSoft'),
    softGracePeriod: map('evictionSoftGracePeriod'),
    minimumReclaim: map('evictionMinimumReclaim'),
    enforcesPods: enforcedOf(raw).includes('pods'),
  })
}

interface KubeconfigFile {
  readonly clusters?: readonly {
    readonly name: string
    readonly cluster?: {
      readonly server?: string
      readonly 'certificate-authority'?: string
      readonly 'certificate-authority-data'?: string
    }
  }[]
  readonly contexts?: readonly { readonly name: string; readonly context?: { cluster?: string; user?: string } }[]
  readonly users?: readonly {
    readonly name: string
    readonly user?: {
      readonly 'client-certificate'?: string
      readonly 'client-certificate-data'?: string
      readonly token?: string
    }
  }[]
  readonly 'current-context'?: string
}

/** The kubelet's own kubeconfig; a text says why it is no good. Source: cmd/kubelet/app/server.go buildKubeletClientConfig */
export function loadKubeconfig(files: FileTree, path = KUBECONFIG_FILE): Kubeconfig | string {
  const text = files.read(path)
  if (text === undefined)
    return `failed to run Kubelet: unable to load bootstrap kubeconfig: stat /etc/kubernetes/bootstrap-kubelet.conf: no such file or directory`
  const key = `${path}\0${text}`
  let known = kubeconfigs.get(key)
  if (known === undefined) {
    known = readKubeconfig(text, path)
    if (kubeconfigs.size >= 100) kubeconfigs.clear()
    kubeconfigs.set(key, known)
  }
  return known
}

const kubeconfigs = new Map<string, Kubeconfig | string>()

function readKubeconfig(text: string, path: string): Kubeconfig | string {
  let file: KubeconfigFile | null
  try {
    file = parse(text) as KubeconfigFile | null
  } catch (error) {
    return `failed to run Kubelet: invalid kubeconfig: error loading config file "${path}": yaml: ${firstLine(error)}`
  }
  const context = file?.contexts?.find(({ name }) => name === file['current-context'])?.context
  const cluster = file?.clusters?.find(({ name }) => name === context?.cluster)?.cluster
  const user = file?.users?.find(({ name }) => name === context?.user)
  const invalid = 'failed to run Kubelet: invalid kubeconfig: invalid configuration: '
  if (cluster?.server === undefined)
    return `${invalid}no configuration has been provided, try setting KUBERNETES_MASTER environment variable`
  const certificateAuthority = cluster['certificate-authority-data'] ?? cluster['certificate-authority']
  const clientCertificate = user?.user?.['client-certificate-data'] ?? user?.user?.['client-certificate']
  return {
    server: cluster.server,
    user: user?.name ?? '',
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
  }
}

/** `KUBELET_KUBEADM_ARGS="--node-labels=a=b --v=2"` of kubeadm-flags.env, and the unit's own arguments. */
export function flagsOf(argv: readonly string[], files: FileTree): ReadonlyMap<string, string> {
  const line = /KUBELET_KUBEADM_ARGS="?([^"\n]*)"?/.exec(files.read(FLAGS_FILE) ?? '')?.[1] ?? ''
  const flags = new Map<string, string>()
  for (const word of [...argv, ...line.split(/\s+/)]) {
    const match = /^--([\w-]+)(?:=(.*))?$/.exec(word)
    if (match !== null) flags.set(match[1]!, match[2] ?? 'true')
  }
  return flags
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!
}
