import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { type Cluster, createCluster, type Input, servedKinds } from '../cluster/index.ts'
import { loadFeature } from '../exercises/feature.ts'
import { World } from '../gherkin/world.ts'
import { startServer } from '../server/index.ts'
import { kubeconfig, writeKubeconfig } from '../server/kubeconfig.ts'
import { Pace } from '../server/pace.ts'
import { type Credentials, createCredentials } from '../server/pki.ts'
import { createTokenAuthority } from '../server/tokens.ts'
import { broken } from './broken.ts'
import { serveControl } from './control-server.ts'
import { loadExerciseOf } from './session-exercise.ts'
import { readJson, SessionFiles, type SessionRecord, writeJson } from './session-files.ts'
import { replayJournal, type SessionEntry } from './session-journal.ts'

/** How often (wall ms) the journal learns how far time is, when nothing else happens. */
const TICK_MS = 1000

/** The server of a session: its cluster, replayed from the journal where there is one, behind HTTPS and the control socket. */
export async function serveSession(directory: string): Promise<void> {
  const files = new SessionFiles(directory)
  const record = files.readRecord()
  if (record === undefined) throw new Error(`${directory} holds no session`)
  const credentials = await credentialsOf(files)
  const { cluster, moments } = await openCluster(files, record, credentials)
  const pace = new Pace(cluster.clock, cluster.barrier, { speed: record.speed, onFailure: broken })
  pace.start()
  const server = await startServer({
    connect: () => cluster.apiServer(),
    kinds: servedKinds,
    world: pace,
    credentials,
    port: record.port,
    logs: (namespace, pod, container, options, sink) => cluster.streamLogs(namespace, pod, container, options, sink),
  })
  if (record.port !== server.port) writeJson(files.record, { ...record, port: server.port })
  writeKubeconfig(files.kubeconfig, kubeconfig(server.url, credentials))
  const tick = () => append(files, { ...place(cluster), moments })
  setInterval(tick, TICK_MS).unref()
  const end = () => {
    tick()
    pace.stop()
    rmSync(files.socket, { force: true })
    process.exit(0)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  await serveControl(files.socket, { cluster, pace, exercise: record.exercise.id, port: server.port, tick, end })
}

async function credentialsOf(files: SessionFiles): Promise<Credentials> {
  const kept = readJson<Credentials>(files.credentials)
  if (kept !== undefined) return kept
  const made = await createCredentials()
  writeJson(files.credentials, made)
  return made
}

const place = (cluster: Cluster) => ({ at: cluster.clock.now(), fired: cluster.clock.fired })

function append(files: SessionFiles, entry: SessionEntry): void {
  appendFileSync(files.journal, `${JSON.stringify(entry)}\n`, { mode: 0o600 })
}

/** The session's cluster: as its journal says or, for a new session, set up by the exercise. */
async function openCluster(files: SessionFiles, record: SessionRecord, credentials: Credentials) {
  let recording = false
  const cluster: Cluster = createCluster({
    topology: record.topology,
    seed: record.seed,
    startAt: record.startAt,
    authority: createTokenAuthority(credentials.serviceAccountKey),
    caCertificate: credentials.ca.certificate,
    onInput: (input: Input) => {
      if (recording) append(files, { ...place(cluster), input })
    },
  })
  const journal = existsSync(files.journal) ? readFileSync(files.journal, 'utf8') : ''
  let moments = await replayJournal(journal, cluster)
  recording = true
  // A journal without the mark of a finished set-up is of a session that died while it was made.
  if (moments === undefined) {
    if (journal !== '') throw new Error('the exercise was not set up to its end: `kubedrill reset` begins it anew')
    moments = await setUp(record, cluster)
    append(files, { ...place(cluster), moments })
  }
  return { cluster, moments }
}

async function setUp(record: SessionRecord, cluster: Cluster): Promise<Readonly<Record<string, number>>> {
  const world = new World({}, cluster)
  for (const scenario of loadFeature(loadExerciseOf(record).setup)) await scenario.run(world)
  await world.close()
  return Object.fromEntries(world.moments)
}
