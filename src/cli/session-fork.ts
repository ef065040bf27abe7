import { createCluster } from '../cluster/index.ts'
import { World } from '../gherkin/world.ts'
import { createCertificateSigner } from '../server/certificate-signer.ts'
import type { Credentials } from '../server/pki.ts'
import { createTokenAuthority } from '../server/tokens.ts'
import type { Place } from '../sim/journal.ts'
import { readJson } from './json-file.ts'
import type { SessionFiles, SessionRecord } from './session-files.ts'
import { replayJournal, stand } from './session-journal.ts'

/**
 * A cluster that is what the session's is at a place, and goes its own way from there: replayed from the journal in this
 * process. Its World watches from power-on, so the whole history is there to be asked.
 *
 * @param journal as it was when the session stood at that place; what a running session has added since is passed over
 */
export async function forkOf(
  files: SessionFiles,
  record: SessionRecord,
  journal: string,
  place: Place,
): Promise<World> {
  const credentials = readJson<Credentials>(files.credentials)!
  const cluster = createCluster({
    topology: record.topology,
    seed: record.seed,
    startAt: record.startAt,
    authority: createTokenAuthority(credentials.serviceAccountKey),
    certificates: createCertificateSigner(credentials.ca),
    caCertificate: credentials.ca.certificate,
  })
  const world = new World({}, cluster)
  const moments = await replayJournal(journal, cluster, place)
  await stand(cluster, place)
  for (const [name, at] of Object.entries(moments ?? {})) world.moments.set(name, at)
  return world
}
