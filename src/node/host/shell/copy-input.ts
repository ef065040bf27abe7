import { textOf } from '../../bytes.ts'
import type { Process } from '../../contract.ts'
import { resolvePath } from '../paths.ts'

/** `cat` and `tee FILE…` hand on what they read as it comes. @returns whether the process is one of them */
export function copiesInput(process: Process): boolean {
  const [path = '', ...args] = process.argv
  const name = path.split('/').at(-1)
  const append = args[0] === '-a'
  const files = (append ? args.slice(1) : args).filter((arg) => arg !== '-')
  if (!((name === 'cat' && files.length === 0) || (name === 'tee' && !files.some((file) => file.startsWith('-')))))
    return false
  const directory = process.container?.workingDir ?? '/'
  const paths = files.map((file) => resolvePath(file, directory))
  if (!append) for (const each of paths) process.files.write(each, '')
  let unread = ''
  process.onSignal((signal) => signal === 'SIGINT' && process.exit(130))
  process.stdin?.onData((bytes) => {
    // Letters of several bytes may come in two pieces.
    const all = unread + (bytes ?? '')
    const cut = bytes === undefined ? all.length : all.length - trailing(all)
    unread = all.slice(cut)
    const text = textOf(all.slice(0, cut))
    for (const each of paths) process.files.write(each, (process.files.read(each) ?? '') + text)
    process.write(text)
    if (bytes === undefined) process.exit(0)
  })
  return true
}

/** How many bytes at the end are the beginning of a letter. */
function trailing(bytes: string): number {
  return /(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})$/.exec(bytes)?.[0].length ?? 0
}
