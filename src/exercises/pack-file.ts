import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LIMITS } from './limits.ts'
import type { Findings } from './pack-error.ts'

/** What a terminal would obey instead of showing: escape sequences whole, and every other control character. */
const CONTROL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** A text of a pack as a learner may see it: without what moves the cursor, changes titles or turns text round. */
export function shown(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(CONTROL, '')
}

/**
 * The text of a file of a pack. Links are not followed and only plain files are read, so nothing outside the pack gets in.
 *
 * @returns undefined for a file that cannot be used; the findings say why
 */
export function readText(file: string, findings: Findings): string | undefined {
  const wrong = whyUnreadable(file)
  if (wrong !== undefined) {
    findings.error({ file }, wrong)
    return undefined
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
    if (text.includes('\0')) findings.error({ file }, 'is not a text: it has zero bytes')
    else return text
  } catch (error) {
    findings.error({ file }, error instanceof TypeError ? 'is not UTF-8 text' : 'the file cannot be read')
  }
  return undefined
}

function whyUnreadable(file: string): string | undefined {
  const status = statusOf(file)
  if (status === undefined) return 'the file is missing'
  if (status.isSymbolicLink()) return 'is a link: a pack holds its own files only'
  if (!status.isFile()) return 'is not a plain file'
  if (status.size > LIMITS.fileBytes)
    return `has ${status.size} bytes: a file of a pack has at most ${LIMITS.fileBytes}`
  return undefined
}

function statusOf(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** Names of the directories in one; hidden ones are not the pack's, links are refused. */
export function directoriesIn(directory: string, findings: Findings): readonly string[] {
  return entriesIn(directory, findings)
    .filter(({ name }) => !name.startsWith('.'))
    .filter((entry) => {
      if (entry.isSymbolicLink())
        findings.error({ file: join(directory, entry.name) }, 'is a link: a pack holds its own directories only')
      return entry.isDirectory()
    })
    .map(({ name }) => name)
}

/** Names of the files in a directory that end so. */
export function filesIn(directory: string, ending: string, findings: Findings): readonly string[] {
  if (statusOf(directory)?.isSymbolicLink()) {
    findings.error({ file: directory }, 'is a link: a pack holds its own directories only')
    return []
  }
  return entriesIn(directory, findings)
    .filter(({ name }) => name.endsWith(ending) && !name.startsWith('.'))
    .map(({ name }) => name)
}

function entriesIn(directory: string, findings: Findings) {
  try {
    const entries = readdirSync(directory, { withFileTypes: true })
    if (entries.length > LIMITS.entries)
      findings.error({ file: directory }, `has ${entries.length} entries: at most ${LIMITS.entries} are read`)
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, LIMITS.entries)
  } catch {
    findings.error({ file: directory }, 'not a directory that can be read')
    return []
  }
}
