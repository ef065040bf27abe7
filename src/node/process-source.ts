import { parseResolvConf, type ResolverConfig, type Source } from '../network/resolver.ts'
import type { Process } from './contract.ts'

/** A process as the one who asks over the network: its address, and its resolver as its own files say. */
export function sourceOf(process: Pick<Process, 'host' | 'ip' | 'files'>): Source {
  return {
    host: process.host,
    ip: process.ip,
    get resolver(): ResolverConfig {
      return parseResolvConf(process.files.read('/etc/resolv.conf') ?? '')
    },
    get hosts(): string | undefined {
      return process.files.read('/etc/hosts')
    },
  }
}
