/** The provisioner's config.json, in order. Source: rancher/local-path-provisioner provisioner.go Config, canonicalizeConfig */
export interface LocalPathConfig extends ClassConfig {
  readonly classes: ReadonlyMap<string, ClassConfig>
  readonly setupCommand: string
  readonly teardownCommand: string
  readonly timeoutSeconds: number
}

export interface ClassConfig {
  readonly pathsByNode: ReadonlyMap<string, readonly string[]>
  readonly sharedPath: string
}

interface ClassData {
  readonly nodePathMap?: readonly { readonly node?: string; readonly paths?: readonly string[] }[]
  readonly sharedFileSystemPath?: string
}

interface ConfigData extends ClassData {
  readonly cmdTimeoutSeconds?: number
  readonly setupCommand?: string
  readonly teardownCommand?: string
  readonly storageClassConfigs?: Readonly<Record<string, ClassData>>
}

const ANY_NODE = 'DEFAULT_PATH_FOR_NON_LISTED_NODES'

/** @throws {Error} what is wrong with it, in the provisioner's words */
export function parseConfig(text: string): LocalPathConfig {
  const data = JSON.parse(text) as ConfigData
  const { storageClassConfigs = {} } = data
  const named = Object.entries(storageClassConfigs)
  return {
    ...(named.length === 0 ? classConfig(data) : { pathsByNode: new Map(), sharedPath: '' }),
    classes: new Map(named.map(([name, each]) => [name, classConfig(each)])),
    setupCommand: data.setupCommand ?? '',
    teardownCommand: data.teardownCommand ?? '',
    timeoutSeconds: data.cmdTimeoutSeconds || 120,
  }
}

function classConfig({ nodePathMap = [], sharedFileSystemPath = '' }: ClassData): ClassConfig {
  const failed = (why: string) => new Error(`StorageClass config canonicalization failed: ${why}`)
  const pathsByNode = new Map<string, readonly string[]>()
  for (const { node = '', paths = [] } of nodePathMap) {
    if (pathsByNode.has(node)) throw failed(`duplicate node ${node}`)
    for (const [index, path] of paths.entries()) {
      if (!path.startsWith('/')) throw failed(`path must start with / for path ${path} on node ${node}`)
      if (/^\/+$/.test(path)) throw failed(`cannot use root ('/') as path on node ${node}`)
      if (paths.indexOf(path) !== index) throw failed(`duplicate path ${path} on node ${node}`)
    }
    pathsByNode.set(node, paths)
  }
  return { pathsByNode, sharedPath: sharedFileSystemPath }
}

/** Source: pickConfig */
export function configOfClass(config: LocalPathConfig, className: string): ClassConfig | string {
  if (config.classes.size === 0) return config
  return config.classes.get(className) ?? `BUG: Got request for unexpected storage class ${className}`
}

/** Whether one directory serves all nodes. A text says why that cannot be told. Source: isSharedFilesystem */
export function isShared({ pathsByNode, sharedPath }: ClassConfig): boolean | string {
  if (sharedPath !== '' && pathsByNode.size > 0)
    return 'both nodePathMap and sharedFileSystemPath are defined. Please make sure only one is in use'
  if (pathsByNode.size > 0) return false
  return sharedPath !== '' || 'both nodePathMap and sharedFileSystemPath are unconfigured'
}

/**
 * Where volumes of a node are kept. Source: getPathOnNode
 *
 * @param asked the class's parameter `nodePath`
 * @returns the path, or an error
 */
export function pathOnNode(
  { pathsByNode }: ClassConfig,
  node: string,
  asked: string,
  pick: (count: number) => number,
): { readonly path: string } | { readonly error: string } {
  const paths = pathsByNode.get(node) ?? pathsByNode.get(ANY_NODE)
  if (paths === undefined) return { error: `config doesn't contain node ${node}, and no ${ANY_NODE} available` }
  if (paths.length === 0) return { error: `no local path available on node ${node}` }
  if (asked === '') return { path: paths[pick(paths.length)]! }
  return paths.includes(asked) ? { path: asked } : { error: `config doesn't contain path ${asked} on node ${node}` }
}
