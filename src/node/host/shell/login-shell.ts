import type { Host } from '../contract.ts'
import type { LoginShell } from './contract.ts'

/** A login shell of root on a machine. */
export function createLoginShell(host: Host): LoginShell {
  let session: LoginShell | undefined
  return {
    get cwd() {
      return session?.cwd ?? '/root'
    },
    async run(line, onOutput) {
      // The clock waits from now: also for the shell to be loaded.
      const leave = host.barrier.enter()
      try {
        if (session === undefined) {
          const { openSession } = await import('./session.ts')
          session ??= openSession(host)
        }
        const answer = session.run(line, onOutput)
        leave()
        return await answer
      } finally {
        leave()
      }
    },
  }
}
