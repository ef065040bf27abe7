import type { VolumeMount } from '../../../api/types.ts'
import type { FileTree } from '../../contract.ts'
import type { Files } from '../../host/file-tree.ts'
import { statOf } from '../../host/mounts.ts'
import { expand } from '../container/expansion.ts'
import { ObjectFiles } from './object-files.ts'

/**
 * Which part of a volume a container mounts; empty: all of it.
 * Source: pkg/kubelet/kubelet_pods.go makeMounts, pkg/kubelet/container/helpers.go ExpandContainerVolumeMounts
 */
export function subPathOf(
  { subPath = '', subPathExpr }: VolumeMount,
  env: Readonly<Record<string, string>>,
): { readonly path: string } | { readonly error: string } {
  const isExpression = subPathExpr !== undefined && subPathExpr !== ''
  const missing = isExpression ? namesIn(subPathExpr).filter((name) => !env[name]) : []
  if (missing.length > 0) return { error: `missing value for ${[...new Set(missing)].sort().join(', ')}` }
  const path = isExpression ? expand(subPathExpr, env) : subPath
  if (path.startsWith('/')) return { error: `error SubPath \`${path}\` must not be an absolute path` }
  if (path.split('/').includes('..')) return { error: `unable to provision SubPath \`${path}\`: must not contain '..'` }
  return { path }
}

function namesIn(expression: string): readonly string[] {
  return [...expression.replaceAll('$$', '').matchAll(/\$\(([^)]*)\)/g)].map(([, name = '']) => name)
}

/** Makes the directory that is to be mounted where there is nothing yet. @returns whether it can be mounted */
export function makeSubPath(files: FileTree, path: string): boolean {
  let at = ''
  const parts = path.split('/').filter((part) => part !== '')
  for (const [i, part] of parts.entries()) {
    at += `/${part}`
    const stat = statOf(files, at)
    if (stat?.type === 'file' && i < parts.length - 1) return false
  }
  // A volume of objects shows a missing part as an empty directory.
  if (statOf(files, at) !== undefined || files instanceof ObjectFiles || !('makeDirectory' in files)) return true
  const tree = files as Files
  tree.makeDirectory(at, statOf(tree, '/')?.mode ?? 0o755)
  const owner = statOf(tree, '/')?.owner
  if (owner !== undefined && (statOf(tree, '/')!.mode & 0o2000) !== 0) tree.setOwner(at, { uid: 0, gid: owner.gid })
  return true
}
