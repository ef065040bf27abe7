import type { FileTree } from '../../contract.ts'
import type { Files } from '../../host/file-tree.ts'

/** What is wrong with a path of the host; makes it where that is asked for. Source: pkg/volume/hostpath/host_path.go checkTypeInternal */
export function hostPathProblem(path: string, type: string, files: FileTree): string | undefined {
  if (type === '') return undefined
  const isDirectory = files.isDirectory(path)
  const exists = isDirectory || files.read(path) !== undefined
  const unless = (fits: boolean, what: string) =>
    fits ? undefined : `hostPath type check failed: ${path} is not a ${what}`
  switch (type) {
    case 'DirectoryOrCreate':
      if (!exists && 'makeDirectory' in files) (files as Files).makeDirectory(path, 0o755)
      return exists ? unless(isDirectory, 'directory') : undefined
    case 'Directory':
      return unless(isDirectory, 'directory')
    case 'FileOrCreate':
      if (!exists) files.write(path, '')
      return exists ? unless(!isDirectory, 'file') : undefined
    case 'File':
      return unless(exists && !isDirectory, 'file')
    case 'Socket':
      return unless(exists && !isDirectory, 'socket file')
    case 'CharDevice':
      return unless(isDevice(path, exists, isDirectory), 'character device')
    case 'BlockDevice':
      return unless(isDevice(path, exists, isDirectory), 'block device')
    default:
      return `${type} is an invalid volume type`
  }
}

/** Devices lie below /dev, where nothing else does. */
function isDevice(path: string, exists: boolean, isDirectory: boolean): boolean {
  return exists && !isDirectory && path.startsWith('/dev/')
}
