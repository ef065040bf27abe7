import type { VersionInfo } from './contract.ts'

/** The simulated release. Source: component-base/version, golden answers */
export const version: VersionInfo = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.2',
  gitCommit: '8e16b12fda',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'go1.26.10',
  compiler: 'gc',
  platform: 'linux/amd64',
}

/**
 * The version a server of the same build as this kubectl would report: what `kubectl --match-server-version` asks for.
 *
 * @param json what `kubectl version --client -o json` prints
 * @throws when it is not that
 */
export function versionLike(json: string): VersionInfo {
  const { clientVersion } = JSON.parse(json) as { readonly clientVersion?: VersionInfo }
  const minor = Number.parseInt(clientVersion?.minor ?? '', 10)
  if (clientVersion === undefined || typeof clientVersion.gitVersion !== 'string' || Number.isNaN(minor))
    throw new Error('it has no clientVersion with a minor and a gitVersion')
  const { major, gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform } = clientVersion
  return {
    major,
    minor: clientVersion.minor,
    emulationMajor: major,
    emulationMinor: String(minor),
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(minor - 1),
    gitVersion,
    gitCommit,
    gitTreeState,
    buildDate,
    goVersion,
    compiler,
    platform,
  }
}
