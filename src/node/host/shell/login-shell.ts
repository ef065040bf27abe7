import type { Host } from '../contract.ts'
import type { LoginShell } from './contract.ts'

/** A login shell of root on a machine. */
export function createLoginShell(host: Host): LoginShell {
  let session: LoginShell | undefined
  const opened = async () => {
    const { openSession } = await import('./session.ts')
    session ??= openSession(host)
    return session
  }
  return {
    get cwd() {
      return session?.cwd ?? '/root'
    },
    async complete(line) {
      return (await opened()).complete(line)
    },
    async isUnfinished(text) {
      return (await opened()).isUnfinished(text)
    },
    interrupt() {
      session?.interrupt()
    },
    async run(line, onOutput) {
      // The clock waits from now: also for the shell to be loaded.
      const leave = host.barrier.enter()
      try {
        const answer = (session ?? (await opened())).run(line, onOutput)
        leave()
        return await answer
      } finally {
        leave()
      }
    },
  }
}
