import type { FileTree } from '../node/contract.ts'
import type { LoginShell, ShellResult } from '../node/host/shell/contract.ts'
import type { HostShell, HostView } from './contract.ts'
import type { Input } from './inputs.ts'
import type { Machine } from './machines.ts'

/** A machine as somebody outside uses it: looks, logs in, writes files; what changes something is recorded first. */
export class HostDoor implements HostView {
  readonly #machine: Machine
  readonly #record: (input: Input) => void
  readonly #shells: LoginShell[] = []

  constructor(machine: Machine, record: (input: Input) => void) {
    this.#machine = machine
    this.#record = record
  }

  get name(): string {
    return this.#machine.host.name
  }
  get ip(): string {
    return this.#machine.host.ip
  }
  get up(): boolean {
    return this.#machine.host.up
  }
  get files(): FileTree {
    return this.#machine.host.files
  }

  unit(name: string) {
    return this.#machine.host.unit(name)
  }

  containers() {
    return [...(this.#machine.host.runtime?.containers() ?? [])].map(({ id, sandboxId, state, config }) => {
      const pod = this.#machine.host.runtime!.sandbox(sandboxId)?.config.pod.metadata
      return { id, name: config.container.name, pod: pod?.name ?? '', namespace: pod?.namespace ?? '', state }
    })
  }

  writeFile(path: string, content: string | undefined): void {
    this.#record({ type: 'file', host: this.name, path, content: content ?? null })
    this.#write(path, content)
  }

  shell(): HostShell {
    const number = this.#shells.length
    const shell = this.#shellAt(number)
    return {
      get cwd() {
        return shell.cwd
      },
      run: (line, onOutput) => {
        this.#record({ type: 'shell', host: this.name, shell: number, line })
        return shell.run(line, onOutput)
      },
      interrupt: () => {
        this.#record({ type: 'interrupt', host: this.name, shell: number })
        shell.interrupt()
      },
      complete: (line) => shell.complete(line),
      isUnfinished: (text) => shell.isUnfinished(text),
    }
  }

  /** @see Cluster.apply */
  async apply(input: Extract<Input, { host: string }>): Promise<void> {
    if (input.type === 'file') this.#write(input.path, input.content ?? undefined)
    else if (input.type === 'interrupt') this.#shellAt(input.shell).interrupt()
    else if (input.type === 'shell') await (this.#shellAt(input.shell).run(input.line) as Promise<ShellResult>)
  }

  #write(path: string, content: string | undefined): void {
    if (content === undefined) this.files.remove(path)
    else this.files.write(path, content)
  }

  /** Shells are numbered in the order of their opening; a replay opens those that were used. */
  #shellAt(number: number): LoginShell {
    while (this.#shells.length <= number) this.#shells.push(this.#machine.host.shell())
    return this.#shells[number]!
  }
}
