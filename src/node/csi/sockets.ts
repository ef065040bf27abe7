import type { FileTree } from '../contract.ts'
import type { CsiDriver } from './contract.ts'

/**
 * Unix sockets that CSI drivers listen on. The file of a socket says which one it is, so whoever has the directory
 * mounted reaches the driver behind it.
 */
export class CsiSockets {
  readonly #drivers = new Map<string, CsiDriver>()
  #next = 1

  /** Answers how to close it: the file goes. */
  listen(files: FileTree, path: string, driver: CsiDriver): () => void {
    const id = `socket:${this.#next++}`
    this.#drivers.set(id, driver)
    files.write(path, id)
    return () => {
      this.#drivers.delete(id)
      if (files.read(path) === id) files.remove(path)
    }
  }

  /** Undefined: connection refused. */
  dial(files: FileTree, path: string): CsiDriver | undefined {
    return this.#drivers.get(files.read(path) ?? '')
  }
}

/** Where drivers register with the kubelet. Source: pkg/kubelet/config/defaults.go DefaultKubeletPluginsRegistrationDirName */
export const REGISTRATION_DIRECTORY = '/var/lib/kubelet/plugins_registry'

/** What a registration socket says when it is asked. Source: kubelet/pkg/apis/pluginregistration/v1 PluginInfo */
export interface PluginInfo {
  readonly type: 'CSIPlugin' | 'DRAPlugin'
  readonly name: string
  /** Path on the host. */
  readonly endpoint: string
}

export function readPluginInfo(content: string | undefined, type: PluginInfo['type']): PluginInfo | undefined {
  try {
    const info = JSON.parse(content ?? '') as Partial<PluginInfo>
    return info.type === type && info.name && info.endpoint ? (info as PluginInfo) : undefined
  } catch {
    return undefined
  }
}
