import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../failure.ts'
import { makeDirectory } from '../make-directory.ts'

/**
 * Makes the directories that reports go to, and sees that they can be written: a run whose reports are lost is found out before it.
 *
 * @throws {Failure}
 */
export function makeRoomFor(files: readonly string[]): void {
  for (const file of files) {
    const isNew = !existsSync(file)
    try {
      makeDirectory(dirname(file))
      closeSync(openSync(file, 'a'))
    } catch (error) {
      throw new Failure(
        `the report ${file} cannot be written: ${WHY[(error as NodeJS.ErrnoException).code ?? ''] ?? (error as Error).message}`,
      )
    }
    if (isNew) rmSync(file)
  }
}

const WHY: Readonly<Record<string, string>> = {
  EISDIR: 'that is a directory',
  ENOTDIR: 'what should be its directory is a file',
  EEXIST: 'what should be its directory is a file',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'nothing can be written there',
  ENOENT: 'there is no such directory, and none can be made',
  ENOSPC: 'the disk is full',
}
