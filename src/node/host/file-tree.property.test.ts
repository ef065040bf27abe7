import fc from 'fast-check'
import { expect, test } from 'vitest'
import { VirtualClock } from '../../sim/clock.ts'
import { createFileTree, FileError } from './file-tree.ts'

const names = fc.constantFrom('a', 'b', 'c')
const paths = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`)
const operations = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('write' as const), path: paths, content: fc.string({ maxLength: 3 }) }),
    fc.record({ do: fc.constant('remove' as const), path: paths }),
  ),
  { maxLength: 30 },
)

/** The simplest tree there is: files by path; a directory is what lies above a file. */
function model() {
  const files = new Map<string, string>()
  const isDirectory = (path: string) => [...files.keys()].some((file) => file.startsWith(`${path}/`))
  const isBelowFile = (path: string) => [...files.keys()].some((file) => path.startsWith(`${file}/`))
  return { files, isDirectory, isBelowFile }
}

test('reads give what was written last, wherever it lies and whatever else was done', () => {
  fc.assert(
    fc.property(operations, (steps) => {
      const tree = createFileTree(new VirtualClock())
      const expected = model()
      const kept = new Set<string>()
      for (const step of steps) {
        if (step.do === 'write') {
          const refused = tree.isDirectory(step.path) || expected.isBelowFile(step.path)
          if (refused) expect(() => tree.write(step.path, step.content)).toThrow(FileError)
          else {
            tree.write(step.path, step.content)
            expected.files.set(step.path, step.content)
          }
        } else {
          tree.remove(step.path)
          for (const file of [...expected.files.keys()])
            if (file === step.path || file.startsWith(`${step.path}/`)) expected.files.delete(file)
        }
        kept.add(step.path)
      }
      for (const path of kept) expect(tree.read(path)).toBe(expected.files.get(path))
      for (const path of expected.files.keys()) {
        const slash = path.lastIndexOf('/')
        expect(tree.list(path.slice(0, slash) || '/')).toContain(path.slice(slash + 1))
      }
    }),
  )
})
