import type { Host } from '../contract.ts'
import type { LoginShell } from './contract.ts'

export function openSession(host: Host): LoginShell {
  return {
    cwd: '/root',
    run: async (line) => ({ stdout: '', stderr: `${host.name}: ${line}: command not found\n`, exitCode: 127 }),
  }
}
