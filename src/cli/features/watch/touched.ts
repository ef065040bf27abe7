import { basename, dirname } from 'node:path'

/** A feature, or a program, and what is written in it. */
export interface FeatureText {
  readonly file: string
  readonly text: string
}

/**
 * Which features a changed file touches: a feature itself, steps and configuration all of them; any other file those that name it or a
 * directory it is in, and where a program names it, all.
 */
export function touched(
  file: string,
  features: readonly FeatureText[],
  programs: () => readonly FeatureText[],
): readonly string[] | 'all' {
  if (file.endsWith('.feature')) return features.some((each) => each.file === file) ? [file] : []
  if (/(^|\/)cucumber\.\w+$|\.[cm]?[jt]s$/.test(file)) return 'all'
  if (/(^|\/)[.#]|~$|\.sw\w$/.test(file)) return []
  const naming = features.filter(({ text }) => names(text, file)).map((each) => each.file)
  if (naming.length > 0) return naming
  return programs().some(({ text }) => text.includes(basename(file))) ? 'all' : []
}

function names(text: string, file: string): boolean {
  if (text.includes(basename(file))) return true
  for (let directory = dirname(file); directory !== '.' && directory !== '/'; directory = dirname(directory)) {
    // In quotes, after -f or -k, or with a slash: a mere word is no directory.
    const path = literally(directory)
    if (new RegExp(`(["'=]|-[fkR] )${path}/?(?=["'\\s])|\\s${path}/(?=["'\\s])`).test(text)) return true
  }
  return false
}

const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
