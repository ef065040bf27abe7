/** An absolute path without `.`, `..` and doubled slashes; `path` counts from `base` unless it is absolute. */
export function resolvePath(path: string, base = '/'): string {
  const full = path.startsWith('/') ? path : `${base}/${path}`
  if (!full.includes('//') && !full.includes('/.') && (full.length === 1 || !full.endsWith('/'))) return full
  const names: string[] = []
  for (const name of full.split('/')) {
    if (name === '' || name === '.') continue
    if (name === '..') names.pop()
    else names.push(name)
  }
  return `/${names.join('/')}`
}

/** The directory of a resolved path. */
export function parentOf(at: string): string {
  const slash = at.lastIndexOf('/')
  return slash <= 0 ? '/' : at.slice(0, slash)
}

/** Whether a resolved path is `directory` or something below it. */
export function isWithin(at: string, directory: string): boolean {
  return directory === '/' || at === directory || at.startsWith(`${directory}/`)
}

/** A resolved path put below another one. */
export function joinPath(directory: string, at: string): string {
  if (directory === '/') return at
  return at === '/' ? directory : directory + at
}
