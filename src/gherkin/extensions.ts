import type { Extension } from '../cluster/extension.ts'

const extensions: Extension[] = []

/** Adds an extension to the clusters of all scenarios from here on; the same one only once. */
export function extend(extension: Extension): void {
  if (!extensions.includes(extension)) extensions.push(extension)
}

/** What the clusters of scenarios are extended by. */
export function usedExtensions(): readonly Extension[] {
  return extensions
}
