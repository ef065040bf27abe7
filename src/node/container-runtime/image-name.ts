/** `nginx` is `docker.io/library/nginx:latest`. Source: distribution/reference normalize.go ParseNormalizedNamed, TagNameOnly */
export function normalizeImageName(name: string): string {
  const known = normalized.get(name)
  if (known !== undefined) return known
  const full = withTag(withRegistry(name))
  if (normalized.size > 10_000) normalized.clear()
  normalized.set(name, full)
  return full
}

const normalized = new Map<string, string>()

function withRegistry(name: string): string {
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash)
  const isRegistry = /[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first
  if (!isRegistry) return slash < 0 ? `docker.io/library/${name}` : `docker.io/${name}`
  return first === 'index.docker.io' ? `docker.io${name.slice(slash)}` : name
}

function withTag(name: string): string {
  const last = name.slice(name.lastIndexOf('/') + 1)
  return last.includes(':') || last.includes('@') ? name : `${name}:latest`
}

/** `docker.io/library/nginx` of `docker.io/library/nginx:1.27`. */
export function repositoryOf(normalizedName: string): string {
  const at = normalizedName.indexOf('@')
  const name = at < 0 ? normalizedName : normalizedName.slice(0, at)
  const colon = name.lastIndexOf(':')
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name
}

/** A name the runtime could not even parse: `InvalidImageName`. Source: distribution/reference regexp.go */
export function invalidImageName(name: string): string | undefined {
  if (PATTERN.test(name)) return undefined
  const why = /[A-Z]/.test(repositoryOf(name).split('/').slice(-1)[0] ?? '')
    ? 'repository name must be lowercase'
    : 'invalid reference format'
  return `couldn't parse image name "${name}": ${why === 'invalid reference format' ? why : `invalid reference format: ${why}`}`
}

const PATTERN =
  /^(?:(?:[A-Za-z0-9.-]+)(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,})?$/
