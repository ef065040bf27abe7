import type { ProvisionOptions } from '../external-provisioner/contract.ts'

/**
 * A Go template of a StorageClass's parameters (`pathPattern`), with what such patterns use: `{{ .PVName }}`,
 * `{{ .PVC.Namespace }}`, `{{ .PVC.Name }}`, `{{ .PVC.Labels.x }}`, `{{ index .PVC.Annotations "x" }}`.
 * Source: provisioner.go pathFromPattern
 *
 * @throws {Error} names what it does not know
 */
export function fillPattern(pattern: string, { volumeName, claim }: ProvisionOptions): string {
  const { name, namespace = '', labels = {}, annotations = {} } = claim.metadata
  const known: Readonly<Record<string, string>> = {
    '.PVName': volumeName,
    '.PVC.Name': name,
    '.PVC.Namespace': namespace,
  }
  return pattern.replace(/\{\{-?\s*(.*?)\s*-?\}\}/g, (_, words: string) => {
    const simple = known[words]
    if (simple !== undefined) return simple
    const of =
      /^\.PVC\.(Labels|Annotations)\.([\w]+)$/.exec(words) ??
      /^index \.PVC\.(Labels|Annotations) "([^"]*)"$/.exec(words)
    if (of === null) throw new Error(`template: pathPattern: "${words}" is not simulated`)
    return (of[1] === 'Labels' ? labels : annotations)[of[2]!] ?? ''
  })
}

/** Where a volume is kept below the node's path. @throws {Error} in the provisioner's words. Source: provisionFor */
export function folderOf(options: ProvisionOptions): string {
  const { storageClass, volumeName, claim } = options
  const { name, namespace } = claim.metadata
  const pattern = storageClass.parameters?.pathPattern
  if (pattern === undefined) return `${volumeName}_${namespace}_${name}`
  const unsafe = storageClass.parameters?.allowUnsafePathPattern === 'true'
  const refuse = (why: string) => new Error(`failed to create path from pattern ${pattern}: ${why}`)
  const path = fillPattern(pattern, options)
  if (unsafe) return path
  if (!path.startsWith(`${namespace}/${name}/`))
    throw refuse(`pathPattern must start with {{ .PVC.Namespace }}/{{ .PVC.Name }}/: ${path}`)
  if (path.split('/').includes('..')) throw new Error(`folder path contains invalid references: ${path}`)
  return path.replace(/\/+$/, '')
}
