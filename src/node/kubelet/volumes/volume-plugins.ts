import type { Client } from '../../../client/contract.ts'
import type { Process } from '../../contract.ts'
import type { KubeletDeps } from '../contract.ts'
import { CsiVolumes, type CsiVolumesParts } from './csi-volumes.ts'
import { PluginRegistry } from './plugin-registry.ts'

interface Parts {
  readonly deps: KubeletDeps
  readonly client: Client
  readonly process: Process
}

type Told = Pick<CsiVolumesParts, 'onInUse' | 'onResized'> & {
  /** A driver has come. */
  onRegistered(): void
}

/** What drivers register with, and the volumes they bring. */
export function volumePlugins({ deps, client, process }: Parts, { onRegistered, ...told }: Told) {
  const { nodeName, sockets } = deps
  const log = (line: string) => process.log(line)
  const plugins = new PluginRegistry({ nodeName, client, files: process.files, sockets, log, onRegistered })
  return { plugins, csi: new CsiVolumes({ nodeName, client, registry: plugins, ...told }) }
}
