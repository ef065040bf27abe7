/** Most stable and newest first. Source: apimachinery/pkg/version/helpers.go CompareKubeAwareVersionStrings */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [partsOf(a), partsOf(b)]
  if (x === undefined || y === undefined) {
    if (x !== undefined) return -1
    return y !== undefined ? 1 : a < b ? -1 : Number(a > b)
  }
  return y.stability - x.stability || y.major - x.major || y.minor - x.minor
}

const STABILITY = ['alpha', 'beta']

function partsOf(version: string) {
  const found = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version)
  if (found === null) return undefined
  const [, major, kind, minor] = found
  return {
    major: Number(major),
    stability: kind === undefined ? STABILITY.length : STABILITY.indexOf(kind),
    minor: Number(minor ?? 0),
  }
}
