import { readFileSync } from 'node:fs'
import { createCluster } from '../cluster/index.ts'
import { World } from '../gherkin/world.ts'
import type { Credentials } from '../server/pki.ts'
import { createTokenAuthority } from '../server/tokens.ts'
import { readJson, type SessionFiles, type SessionRecord } from './session-files.ts'
import { replayJournal, stand } from './session-journal.ts'

/**
 * A cluster that is what the session's is at this instant, and goes its own way from here: replayed from the journal in
 * this process. Its World watches from power-on, so the whole history is there to be asked.
 */
export async function forkOf(
  files: SessionFiles,
  record: SessionRecord,
  place: { readonly now: number; readonly fired: number },
): Promise<World> {
  const credentials = readJson<Credentials>(files.credentials)!
  const cluster = createCluster({
    topology: record.topology,
    seed: record.seed,
    startAt: record.startAt,
    authority: createTokenAuthority(credentials.serviceAccountKey),
    caCertificate: credentials.ca.certificate,
  })
  const world = new World({}, cluster)
  const moments = await replayJournal(readFileSync(files.journal, 'utf8'), cluster)
  await stand(cluster, { at: place.now, fired: place.fired })
  for (const [name, at] of Object.entries(moments ?? {})) world.moments.set(name, at)
  return world
}
