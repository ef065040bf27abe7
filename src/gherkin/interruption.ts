/** Something that must be put away before the process may end. */
interface Open {
  close(): Promise<void>
}

/** How soon (wall ms) a second Ctrl-C counts as one that means it: a terminal sends the first to every process at once. */
const IMPATIENCE_MS = 1000

const open = new Set<Open>()
let interruptedAt: number | undefined

/**
 * From here on nothing of this is left behind when somebody presses Ctrl-C, when the process is told to end, or (in a worker
 * of a parallel run) when the run that it belongs to is gone. A second Ctrl-C ends it at once.
 */
export function opened(what: Open): void {
  if (process.listenerCount('SIGINT', onSignal) === 0) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
    if (process.send !== undefined) process.once('disconnect', () => void putAway(143))
  }
  open.add(what)
}

export function closed(what: Open): void {
  open.delete(what)
}

function onSignal(signal: NodeJS.Signals): void {
  const code = signal === 'SIGINT' ? 130 : 143
  if (interruptedAt === undefined) void putAway(code)
  else if (Date.now() - interruptedAt > IMPATIENCE_MS) process.exit(code)
}

async function putAway(code: number): Promise<void> {
  if (interruptedAt !== undefined) return
  interruptedAt = Date.now()
  // Steps go on for a moment, and tell a run of it that may be gone.
  if (process.send !== undefined) process.send = () => true
  const told = (error: Error) => void process.stderr.write(`${error.message}\n`)
  if (open.size > 0) process.stderr.write('cleaning up …\n')
  await Promise.all([...open].map((each) => each.close().catch(told)))
  process.exit(code)
}
