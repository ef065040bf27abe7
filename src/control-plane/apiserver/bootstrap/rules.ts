import type { PolicyRule } from '../../../api/types.ts'

/**
 * Reads a rule of the role tables: `VERBS GROUPS: RESOURCES [NAMES]`, where `core` is the group without a name and
 * several groups are parted by a bar, or `VERBS url URLS`.
 *
 * @throws Error when the text has neither form
 */
export function parseRule(text: string): PolicyRule {
  const form = /^(\S+) (?:url (\S+)|(\S+): (\S+)(?: \[(\S+)\])?)$/.exec(text)
  if (form === null) throw new Error(`not a rule: ${text}`)
  const [, verbs, urls, groups, resources, names] = form
  const resourceNames = list(names)
  if (urls !== undefined) return { verbs: list(verbs), nonResourceURLs: list(urls) }
  return {
    verbs: list(verbs),
    apiGroups: groups!.split('|').map((group) => (group === 'core' ? '' : group)),
    resources: list(resources),
    ...(resourceNames.length > 0 && { resourceNames }),
  }
}

function list(text: string | undefined): string[] {
  return text?.split(',') ?? []
}
