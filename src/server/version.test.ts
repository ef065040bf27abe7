import { describe, expect, it } from 'vitest'
import { versionLike } from './version.ts'

const client = {
  major: '1',
  minor: '32+',
  gitVersion: 'v1.32.4-x',
  gitCommit: 'abc',
  gitTreeState: 'clean',
  buildDate: '2025-05-15T20:09:34Z',
  goVersion: 'go1.23.8',
  compiler: 'gc',
  platform: 'linux/amd64',
}

describe('versionLike', () => {
  it('is the build of that kubectl, with the compatibility of its minor version', () => {
    expect(versionLike(JSON.stringify({ clientVersion: client, kustomizeVersion: 'v5.5.0' }))).toEqual({
      ...client,
      emulationMajor: '1',
      emulationMinor: '32',
      minCompatibilityMajor: '1',
      minCompatibilityMinor: '31',
    })
  })

  it.each(['{}', '{"clientVersion":{}}', 'Client Version: v1.36.0'])('refuses %s', (text) => {
    expect(() => versionLike(text)).toThrow()
  })
})
