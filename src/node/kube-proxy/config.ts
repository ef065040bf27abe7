import { parse } from 'yaml'
import { parseGoDuration } from '../../api/duration.ts'
import type { ServiceRules } from '../../network/contract.ts'
import type { FileTree } from '../contract.ts'

/** What kube-proxy takes from its config.conf and kubeconfig. */
export interface KubeProxyConfig {
  readonly mode: ServiceRules['mode']
  readonly minSyncPeriodMs: number
  readonly clusterCIDR: string | undefined
  /** Address of the API server. */
  readonly server: string
}

interface WrittenConfig {
  readonly mode?: string
  readonly clusterCIDR?: string
  readonly clientConnection?: { readonly kubeconfig?: string }
  readonly iptables?: { readonly minSyncPeriod?: string }
  readonly ipvs?: { readonly minSyncPeriod?: string }
  readonly nftables?: { readonly minSyncPeriod?: string }
}

/** Source: pkg/proxy/apis/config/v1alpha1/defaults.go SetDefaults_KubeProxyConfiguration */
const MIN_SYNC_PERIOD_MS = 1000

/** @returns the error kube-proxy prints before it exits */
export function readConfig(files: FileTree, path: string): KubeProxyConfig | string {
  const text = files.read(path)
  if (text === undefined) return `failed complete: open ${path}: no such file or directory`
  const config = parsed<WrittenConfig>(text)
  if (config === undefined) return `failed complete: failed to decode ${path}: yaml: could not parse`
  const mode = config.mode || 'iptables'
  if (mode !== 'iptables' && mode !== 'ipvs' && mode !== 'nftables')
    return `failed validate: mode: Invalid value: "${mode}": must be iptables, ipvs, nftables or blank (blank means the best-available proxy [currently iptables])`
  const kubeconfig = config.clientConnection?.kubeconfig ?? ''
  const content = files.read(kubeconfig)
  if (content === undefined)
    return kubeconfig === ''
      ? 'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable'
      : `stat ${kubeconfig}: no such file or directory`
  const server = parsed<{ clusters?: { cluster?: { server?: string } }[] }>(content)?.clusters?.[0]?.cluster?.server
  if (server === undefined)
    return 'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable'
  const written = config[mode]?.minSyncPeriod
  const minSyncPeriodMs = (written && parseGoDuration(written)) || MIN_SYNC_PERIOD_MS
  return { mode, minSyncPeriodMs, clusterCIDR: config.clusterCIDR, server }
}

const documents = new Map<string, unknown>()

/** Every node of a cluster reads the same few texts. */
function parsed<T>(text: string): T | undefined {
  if (!documents.has(text)) {
    if (documents.size > 100) documents.clear()
    try {
      documents.set(text, parse(text) ?? {})
    } catch {
      documents.set(text, undefined)
    }
  }
  return documents.get(text) as T | undefined
}
