import type { VersionInfo } from '../api/version.ts'

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
