import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs'
import { join, normalize } from 'node:path'
import { Failure } from '../../failure.ts'

/** What nobody writes by hand, or what a run itself writes. */
const LEFT_OUT: ReadonlySet<string> = new Set(['node_modules', '.git', '.kubedrill'])

/**
 * Watches a directory and all below it, new ones included. Not by `recursive`: that goes through node_modules too.
 *
 * @returns ends it
 */
export function watchTree(root: string, onChange: (file: string) => void): () => void {
  const watchers = new Map<string, FSWatcher>()
  const add = (directory: string) => {
    if (watchers.has(directory)) return
    const watcher = watched(directory, (name) => {
      if (name === null || LEFT_OUT.has(name)) return
      const path = normalize(join(directory, name))
      if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return onChange(path)
      // What came with a new directory, or before it was watched, is new too.
      for (const each of directoriesIn(path).filter((found) => !watchers.has(found))) {
        add(each)
        for (const entry of readdirSync(each, { withFileTypes: true }))
          if (!entry.isDirectory()) onChange(normalize(join(each, entry.name)))
      }
    })
    // A directory that is deleted is watched no longer.
    watcher.on('error', () => watchers.delete(directory))
    watchers.set(directory, watcher)
  }
  for (const directory of directoriesIn(root)) add(directory)
  return () => {
    for (const watcher of watchers.values()) watcher.close()
  }
}

/** @throws {Failure} where the system has no more watches */
function watched(directory: string, onChange: (name: string | null) => void): FSWatcher {
  try {
    return watch(directory, (_, name) => onChange(name))
  } catch (error) {
    throw new Failure(`${directory} cannot be watched: ${(error as Error).message}`)
  }
}

/** A directory and those below it. */
export function directoriesIn(root: string): readonly string[] {
  const inside = readdirSync(root, { withFileTypes: true }).filter(
    (each) => each.isDirectory() && !LEFT_OUT.has(each.name),
  )
  return [root, ...inside.flatMap(({ name }) => directoriesIn(join(root, name)))]
}
