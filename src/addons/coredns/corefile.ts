/** One plugin line of a Corefile with its block. */
export interface Directive {
  readonly name: string
  readonly args: readonly string[]
  readonly block: readonly Directive[]
  readonly line: number
}

/** One server block: `.:53 { ... }`. */
export interface ServerBlock {
  readonly zones: readonly { readonly zone: string; readonly port: number }[]
  readonly plugins: readonly Directive[]
}

/** An error as CoreDNS prints it before it exits. */
export class CorefileError extends Error {}

interface Token {
  readonly text: string
  readonly line: number
}

/** @throws CorefileError in the words of caddyfile's parser. Source: coredns/caddy caddyfile/parse.go */
export function parseCorefile(text: string, file: string): readonly ServerBlock[] {
  const reader = new Reader(tokenize(text), file)
  const servers: ServerBlock[] = []
  while (reader.peek() !== undefined) servers.push(serverBlock(reader))
  if (servers.length === 0) throw new CorefileError(`${file}: no server blocks`)
  return servers
}

class Reader {
  readonly #tokens: readonly Token[]
  readonly file: string
  #next = 0

  constructor(tokens: readonly Token[], file: string) {
    this.#tokens = tokens
    this.file = file
  }

  peek(): Token | undefined {
    return this.#tokens[this.#next]
  }

  take(): Token {
    const token = this.#tokens[this.#next++]
    if (token === undefined) throw this.error(this.lastLine, 'Unexpected EOF')
    return token
  }

  get lastLine(): number {
    return this.#tokens.at(-1)?.line ?? 1
  }

  error(line: number, what: string): CorefileError {
    return new CorefileError(`${this.file}:${line} - Error during parsing: ${what}`)
  }
}

function serverBlock(reader: Reader): ServerBlock {
  const zones: ServerBlock['zones'][number][] = []
  for (;;) {
    const token = reader.take()
    if (token.text === '{') break
    if (token.text === '}') throw reader.error(token.line, `Unexpected '}' because no matching opening brace`)
    for (const name of token.text.split(',')) if (name !== '') zones.push(zoneOf(name))
  }
  return { zones, plugins: block(reader, true) }
}

function zoneOf(text: string): { readonly zone: string; readonly port: number } {
  const match = /^(?:dns:\/\/)?(.*?)(?::(\d+))?$/.exec(text)!
  const zone = match[1] === '' || match[1] === '.' ? '.' : match[1]!.replace(/\.$/, '')
  return { zone, port: match[2] === undefined ? 53 : Number(match[2]) }
}

function block(reader: Reader, arePlugins: boolean): readonly Directive[] {
  const directives: Directive[] = []
  for (;;) {
    const token = reader.take()
    if (token.text === '}') return directives
    if (token.text === '{') throw reader.error(token.line, `Unexpected token '{', expecting a directive`)
    if (arePlugins && !PLUGINS.has(token.text)) throw reader.error(token.line, `Unknown directive '${token.text}'`)
    directives.push(directive(reader, token))
  }
}

function directive(reader: Reader, name: Token): Directive {
  const args: string[] = []
  for (;;) {
    const next = reader.peek()
    if (next === undefined || next.line !== name.line || next.text === '}') break
    reader.take()
    if (next.text === '{') return { name: name.text, args, block: block(reader, false), line: name.line }
    args.push(next.text)
  }
  return { name: name.text, args, block: [], line: name.line }
}

function tokenize(text: string): readonly Token[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line.replace(/(^|\s)#.*$/, '').match(/"[^"]*"|[^\s"]+/g) ?? []
    return words.map((word) => ({ text: word.replace(/^"(.*)"$/, '$1'), line: index + 1 }))
  })
}

/** Plugins the released binary is built with. Source: coredns/coredns plugin.cfg */
const PLUGINS = new Set(
  `root metadata geoip cancel tls quic grpc_server https https3 timeouts multisocket reload nsid bufsize bind debug trace ready
  health pprof prometheus errors log dnstap local dns64 acl any chaos loadbalance tsig cache rewrite header dnssec autopath
  minimal template transfer hosts route53 azure clouddns k8s_external kubernetes file auto secondary etcd loop forward grpc
  erratic whoami on sign view nomad`.split(/\s+/),
)
