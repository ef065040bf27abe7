import { basename } from 'node:path'

/** A feature and what is written in it. */
export interface FeatureText {
  readonly file: string
  readonly text: string
}

/** Which features a changed file touches: a feature itself, steps and configuration all of them, any other file those that name it. */
export function touched(file: string, features: readonly FeatureText[]): readonly string[] | 'all' {
  if (file.endsWith('.feature')) return features.some((each) => each.file === file) ? [file] : []
  if (/(^|\/)cucumber\.\w+$|\.[cm]?[jt]s$/.test(file)) return 'all'
  if (!/\.(ya?ml|json)$/.test(file)) return []
  return features.filter(({ text }) => text.includes(basename(file))).map((each) => each.file)
}
