import type { FileTree } from '../contract.ts'

const CONFIGURATION = '/etc/containerd/config.toml'
/** Where containerd looks for the shim of a handler. */
const SHIM_DIRECTORIES = ['/usr/local/bin', '/usr/bin', '/usr/local/sbin', '/usr/sbin']

/** An OCI runtime that pods can ask for by a RuntimeClass. */
export interface RuntimeHandler {
  readonly name: string
  /** `io.containerd.runc.v2` */
  readonly type: string
}

const RUNC: RuntimeHandler = { name: 'runc', type: 'io.containerd.runc.v2' }

/** The handlers of containerd's configuration file; runc is always among them. Source: containerd internal/cri/config/config.go */
export function configuredHandlers(files: FileTree): readonly RuntimeHandler[] {
  const handlers = new Map([[RUNC.name, RUNC]])
  const sections = (files.read(CONFIGURATION) ?? '').split(/^\s*(?=\[)/m)
  for (const section of sections) {
    const header = /^\[plugins\.['"]io\.containerd\.cri\.v1\.runtime['"]\.containerd\.runtimes\.['"]?([\w-]+)['"]?\]/
    const name = header.exec(section)?.[1]
    const type = /^\s*runtime_type\s*=\s*['"]([^'"]+)['"]/m.exec(section)?.[1]
    if (name !== undefined) handlers.set(name, { name, type: type ?? RUNC.type })
  }
  return [...handlers.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Why a sandbox cannot be made with this handler (empty: the default one), as containerd 2 words it. */
export function handlerProblem(
  handlers: readonly RuntimeHandler[],
  name: string,
  sandboxId: string,
  files: FileTree,
): string | undefined {
  if (name === '' || name === RUNC.name) return undefined
  const handler = handlers.find((each) => each.name === name)
  const prefix = 'rpc error: code = Unknown desc = '
  // Source: containerd internal/cri/server/sandbox_run.go, internal/cri/config/config.go GetSandboxRuntime
  if (handler === undefined)
    return `${prefix}unable to get OCI runtime for sandbox "${sandboxId}": no runtime for "${name}" is configured`
  const binary = shimOf(handler.type)
  if (binary === undefined || SHIM_DIRECTORIES.some((directory) => files.read(`${directory}/${binary}`) !== undefined))
    return undefined
  // Source: containerd core/runtime/v2/shim_manager.go resolveRuntimePath
  return `${prefix}failed to start sandbox "${sandboxId}": failed to create containerd task: failed to start shim: failed to resolve runtime path: runtime "${handler.type}" binary not installed "${binary}": file does not exist`
}

/** `containerd-shim-runsc-v1` for `io.containerd.runsc.v1`; runc's comes with containerd. */
function shimOf(type: string): string | undefined {
  if (type === RUNC.type) return undefined
  const [, name, version] = /([\w-]+)\.(v\d+)$/.exec(type) ?? []
  return name === undefined ? undefined : `containerd-shim-${name}-${version}`
}
