import { appendFileSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs'
import { type Cluster, createCluster, type Input } from '../cluster/index.ts'
import { endMs, examAt } from '../exercises/exam/index.ts'
import { loadFeature, StepFailure } from '../exercises/feature.ts'
import { loadChecks } from '../exercises/grade.ts'
import { PackError } from '../exercises/pack.ts'
import { World } from '../gherkin/world.ts'
import { createCertificateSigner } from '../server/certificate-signer.ts'
import { startServer } from '../server/index.ts'
import { kubeconfig, writeKubeconfig } from '../server/kubeconfig.ts'
import { type Credentials, createCredentials } from '../server/pki.ts'
import { servedCluster } from '../server/served-cluster.ts'
import { createTokenAuthority } from '../server/tokens.ts'
import { JournalError } from '../sim/journal.ts'
import { broken } from './broken.ts'
import { serveControl } from './control-server.ts'
import { ExamFiles, readClocks } from './exam-files.ts'
import { Failure } from './failure.ts'
import { JournaledPace } from './journaled-pace.ts'
import { readJson, replaceFile, writeJson } from './json-file.ts'
import { holdsLock, takeLock } from './process-lock.ts'
import { loadExerciseOf } from './session-exercise.ts'
import { SessionFiles, type SessionRecord } from './session-files.ts'
import { mended, replayJournal, type SessionEntry } from './session-journal.ts'
import { journalProblem } from './session-version.ts'
import { isNoRoom, NO_ROOM } from './system-error.ts'

/** How often (wall ms) the journal learns how far time is, when nothing else happens. */
const TICK_MS = 1000
/** How often (wall ms) the clocks are written down in the events of an exam. */
const SEEN_MS = 30_000

/** The server of a session, until it ends; where the disk has no room for what it has to keep, with an exit code that says so. */
export async function serveSession(directory: string): Promise<void> {
  try {
    await serve(new SessionFiles(directory))
  } catch (error) {
    if (isNoRoom(error)) process.exit(NO_ROOM)
    throw error
  }
}

/**
 * Writes something down, or ends the server: nobody may be answered what is not kept. Half a line is cut off when the next
 * server begins.
 */
function orEnd(write: () => void): void {
  try {
    write()
  } catch (error) {
    if (isNoRoom(error)) process.exit(NO_ROOM)
    broken(error)
  }
}

/** Its cluster, replayed from the journal where there is one, behind HTTPS and the control socket. */
async function serve(files: SessionFiles): Promise<void> {
  const record = files.readRecord()
  if (record === undefined) throw new Failure(`${files.directory} holds no session`)
  // Two servers would write into one journal: the second to come leaves it to the first.
  if (!takeLock(files.lock)) return
  const timer = record.exam === undefined ? undefined : examTimer(new ExamFiles(record.exam))
  const write = journalWriter(files)
  const append = (entry: SessionEntry) => orEnd(() => write(timer ? { ...entry, elapsed: timer.elapsed() } : entry))
  const credentials = await credentialsOf(files)
  const { cluster, moments } = await openCluster(files, record, credentials, append).catch((error) =>
    explained(error, record),
  )
  const tick = () => {
    append({ ...place(cluster), moments })
    orEnd(() => writeNodes(files, cluster))
  }
  const pace = new JournaledPace(cluster, { speed: record.speed, onFailure: broken }, tick)
  pace.start()
  const serveAt = (port: number) =>
    startServer({
      ...servedCluster(cluster),
      world: pace,
      credentials,
      port,
    })
  const server = await serveAt(record.port).catch((error: NodeJS.ErrnoException) => {
    // Another program has it by now: whoever reads the kubeconfig again finds the cluster at another.
    if (error.code !== 'EADDRINUSE') throw error
    return serveAt(0)
  })
  if (record.port !== server.port) writeJson(files.record, { ...record, port: server.port })
  writeNodes(files, cluster)
  writeKubeconfig(files.kubeconfig, kubeconfig(server.url, credentials))
  const end = () => {
    tick()
    pace.stop()
    rmSync(files.socket, { force: true })
    process.exit(0)
  }
  const look = () => {
    // The session was removed, and perhaps begun anew: its files are another server's.
    if (!holdsLock(files.lock)) process.exit(0)
    if (timer?.isOver()) end()
    else tick()
  }
  setInterval(look, TICK_MS).unref()
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  await serveControl(files.socket, { cluster, pace, exercise: record.exercise.id, port: server.port, tick, end })
}

/** What a learner can do something about, said in a line; everything else is a bug. */
function explained(error: unknown, record: SessionRecord): never {
  if (error instanceof JournalError) throw new Failure(journalProblem(error, record))
  if (error instanceof PackError) throw new Failure(error.message)
  if (error instanceof StepFailure)
    throw new Failure(`the exercise cannot be set up: "${error.step}": ${error.message.split('\n')[0]}`)
  throw error
}

async function credentialsOf(files: SessionFiles): Promise<Credentials> {
  const kept = readJson<Credentials>(files.credentials)
  if (kept !== undefined) return kept
  const made = await createCredentials()
  writeJson(files.credentials, made)
  return made
}

const place = (cluster: Cluster) => ({ at: cluster.clock.now(), fired: cluster.clock.fired })

/** Writes into the journal that was there first: one that is begun anew in its place is another server's. */
function journalWriter({ journal }: SessionFiles): (entry: SessionEntry) => void {
  let opened: number | undefined
  return (entry) => {
    opened ??= openSync(journal, 'a', 0o600)
    appendFileSync(opened, `${JSON.stringify(entry)}\n`)
  }
}

/** How much of its exam has passed. Now and then the exam is told, lest a machine that starts anew has only its wall clock. */
function examTimer(files: ExamFiles) {
  const exam = files.read()
  if (exam === undefined) throw new Failure(`${files.directory} holds no exam`)
  setInterval(() => orEnd(() => files.append({ event: 'seen' })), SEEN_MS).unref()
  const elapsed = () => examAt(exam, readClocks()).clock.elapsedMs
  return { elapsed, isOver: () => elapsed() >= endMs(exam) }
}

/** Machines come and go where a cloud rents them. */
function writeNodes(files: SessionFiles, { hosts }: Cluster): void {
  const words = [...hosts.values()].flatMap(({ name, ip }) => [name, ip])
  const text = `${words.join('\n')}\n`
  if (!existsSync(files.nodes) || readFileSync(files.nodes, 'utf8') !== text) replaceFile(files.nodes, text)
}

/** The session's cluster: as its journal says or, for a new session, set up by the exercise. */
async function openCluster(
  files: SessionFiles,
  record: SessionRecord,
  credentials: Credentials,
  append: (entry: SessionEntry) => void,
): Promise<{ cluster: Cluster; moments: Readonly<Record<string, number>> }> {
  let recording = false
  const cluster: Cluster = createCluster({
    topology: record.topology,
    seed: record.seed,
    startAt: record.startAt,
    authority: createTokenAuthority(credentials.serviceAccountKey),
    certificates: createCertificateSigner(credentials.ca),
    caCertificate: credentials.ca.certificate,
    onInput: (input: Input) => {
      if (recording) append({ ...place(cluster), input })
    },
  })
  const found = existsSync(files.journal) ? readFileSync(files.journal, 'utf8') : ''
  const journal = mended(found)
  // What is written from here on must not join a line that was cut off.
  if (journal !== found) replaceFile(files.journal, journal)
  let moments = await replayJournal(journal, cluster)
  // A journal without the mark of a finished set-up is of a server that died while it made the session: nobody has been
  // there yet, so it is made anew.
  if (moments === undefined && journal !== '') {
    rmSync(files.journal)
    return openCluster(files, record, credentials, append)
  }
  recording = true
  if (moments === undefined) {
    moments = await setUp(record, cluster)
    append({ ...place(cluster), moments })
  }
  return { cluster, moments }
}

async function setUp(record: SessionRecord, cluster: Cluster): Promise<Readonly<Record<string, number>>> {
  const exercise = loadExerciseOf(record)
  // A pack that cannot grade is refused before anybody works on it.
  loadChecks(exercise)
  const world = new World({}, cluster)
  for (const scenario of loadFeature(exercise.setup)) await scenario.run(world)
  await world.close()
  return Object.fromEntries(world.moments)
}
