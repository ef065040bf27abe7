import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { stringify } from 'yaml'
import { resources } from '../../api/resources.ts'
import { parseManifests } from '../request.ts'
import type { CommandResult } from '../target.ts'
import type { Connection } from './connection.ts'

/** Runs kubectl with arguments, and with these variables of the environment. */
export type RunKubectl = (args: readonly string[], env: Readonly<Record<string, string>>) => Promise<CommandResult>

/** `clusterrole.rbac.authorization.k8s.io/reader created` */
const MADE = /^([a-z0-9.-]+)\/(\S+) (?:created|serverside-applied)$/gm

/**
 * kubectl on a real cluster, in the scenario's namespace as in that of a kubeconfig's context: said by --namespace, it would be
 * at odds with manifests that name theirs. What it makes outside of that namespace is deleted at the end.
 */
export class RemoteKubectl {
  readonly #run: RunKubectl
  readonly #readFile: (path: string) => string | undefined
  readonly #directory = mkdtempSync(join(tmpdir(), 'kubedrill-kubeconfig-'))
  readonly #file = join(this.#directory, 'config')
  readonly #made: { readonly what: string; readonly namespace: string | undefined }[] = []

  constructor(
    connection: Connection,
    namespace: string,
    run: RunKubectl,
    readFile: (path: string) => string | undefined,
  ) {
    this.#run = run
    this.#readFile = readFile
    const { cluster, user } = connection.config.getContextObject(connection.context)!
    const context = { name: 'kubedrill', context: { cluster, user, namespace } }
    const config = { apiVersion: 'v1', kind: 'Config', 'current-context': 'kubedrill', contexts: [context] }
    writeFileSync(this.#file, stringify(config), { mode: 0o600 })
  }

  async run(args: readonly string[]): Promise<CommandResult> {
    const result = await this.#run(args, this.#environment())
    for (const [, type = '', name = ''] of result.output.matchAll(MADE)) this.#note(args, type, name)
    return result
  }

  /** Whether something is to be deleted in the end. */
  get hasMade(): boolean {
    return this.#made.length > 0
  }

  /** Deletes what was made outside of the scenario's namespaces, the last first. @returns what of it is still there */
  async cleanUp(): Promise<readonly string[]> {
    const left: string[] = []
    for (const { what, namespace } of this.#made.splice(0).toReversed()) {
      const place = namespace === undefined ? [] : ['-n', namespace]
      const args = ['delete', what, ...place, '--ignore-not-found', '--timeout=60s']
      const { exitCode } = await this.#run(args, this.#environment())
      if (exitCode !== 0) left.push(what)
    }
    return left
  }

  close(): void {
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** The user's own files stand behind ours: it names what is theirs. */
  #environment(): Readonly<Record<string, string>> {
    const own = process.env.KUBECONFIG || join(homedir(), '.kube', 'config')
    return { KUBECONFIG: `${this.#file}${delimiter}${own}` }
  }

  #note(args: readonly string[], type: string, name: string): void {
    const namespace = this.#namespaceOf(args, type, name)
    if (namespace === 'own') return
    this.#made.push({ what: `${type}/${name}`, namespace })
  }

  /** @returns undefined for what is in none; `own`: it goes with the scenario's namespaces */
  #namespaceOf(args: readonly string[], type: string, name: string): string | undefined | 'own' {
    const kind = Object.entries(resources).find(([each]) => each.toLowerCase() === type.split('.')[0])
    if (kind !== undefined && !kind[1].namespaced) return undefined
    const line = args.join(' ')
    const file = /(?:^| )(?:-f|--filename)[ =]?(\S+)/.exec(line)?.[1]
    const text = file === undefined ? undefined : this.#readFile(file)
    const written = text === undefined ? [] : parseManifests(text, file)
    const found = written.find((each) => each.metadata?.name === name && each.kind.toLowerCase() === type.split('.')[0])
    const said = found?.metadata.namespace ?? /(?:^| )(?:-n|--namespace)[ =]?(\S+)/.exec(line)?.[1]
    return said === undefined || said === '' ? 'own' : said
  }
}
