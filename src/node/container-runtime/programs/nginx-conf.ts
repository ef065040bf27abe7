/** One nginx directive: `listen 80;` or `location / { ... }`. */
export interface Directive {
  readonly name: string
  readonly args: readonly string[]
  readonly block?: readonly Directive[]
  readonly file: string
  readonly line: number
}

/** An error as nginx prints it after `nginx: [emerg] `. */
export class NginxConfigError extends Error {}

interface Token {
  readonly text: string
  readonly line: number
  readonly quoted: boolean
}

/** @throws NginxConfigError worded as nginx does */
export function parseNginxConf(text: string, file: string): readonly Directive[] {
  const tokens = tokenize(text)
  let next = 0
  const block = (nested: boolean): Directive[] => {
    const directives: Directive[] = []
    for (;;) {
      const token = tokens[next++]
      if (token === undefined) {
        if (nested) throw new NginxConfigError(`unexpected end of file, expecting "}" in ${file}:${lastLine(text)}`)
        return directives
      }
      if (token.text === '}' && !token.quoted) {
        if (!nested) throw new NginxConfigError(`unexpected "}" in ${file}:${token.line}`)
        return directives
      }
      directives.push(directive(token))
    }
  }
  const directive = (name: Token): Directive => {
    const args: string[] = []
    for (;;) {
      const token = tokens[next++]
      if (token === undefined)
        throw new NginxConfigError(`unexpected end of file, expecting ";" or "}" in ${file}:${lastLine(text)}`)
      const at = { name: name.text, args, file, line: name.line }
      if (token.quoted) args.push(token.text)
      else if (token.text === ';') return at
      else if (token.text === '{') return { ...at, block: block(true) }
      else if (token.text === '}') throw new NginxConfigError(`unexpected "}" in ${file}:${token.line}`)
      else args.push(token.text)
    }
  }
  return check(block(false))
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let line = 1
  for (const match of text.matchAll(/\n|#[^\n]*|[;{}]|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(?:\$\{|[^\s;{}"'])+/g)) {
    const quoted = match[1] ?? match[2]
    if (match[0] === '\n') line++
    else if (quoted !== undefined) {
      tokens.push({ text: quoted.replace(/\\n/g, '\n').replace(/\\(["'])/g, '$1'), line, quoted: true })
      line += quoted.split('\n').length - 1
    } else if (!match[0].startsWith('#')) tokens.push({ text: match[0], line, quoted: false })
  }
  return tokens
}

function check(directives: readonly Directive[]): readonly Directive[] {
  for (const { name, file, line, block } of directives) {
    if (!KNOWN.has(name)) throw new NginxConfigError(`unknown directive "${name}" in ${file}:${line}`)
    if (block !== undefined && name !== 'map' && name !== 'types' && name !== 'geo') check(block)
  }
  return directives
}

function lastLine(text: string): number {
  return text.replace(/\n$/, '').split('\n').length
}

/** Directives of the modules the official image is built with that people put into ConfigMaps. */
const KNOWN = new Set(
  `access_log add_header alias allow auth_basic auth_basic_user_file autoindex charset client_body_buffer_size
  client_body_timeout client_header_timeout client_max_body_size daemon default_type deny env error_log error_page events
  expires geo gzip gzip_comp_level gzip_min_length gzip_proxied gzip_types gzip_vary health_check http http2 if include
  index internal ip_hash keepalive keepalive_requests keepalive_timeout large_client_header_buffers least_conn limit_conn
  limit_except limit_req limit_req_zone listen location log_format log_not_found map multi_accept pid proxy_buffer_size
  proxy_buffering proxy_buffers proxy_cache proxy_cache_path proxy_connect_timeout proxy_http_version proxy_next_upstream
  proxy_pass proxy_pass_header proxy_read_timeout proxy_redirect proxy_send_timeout proxy_set_header proxy_ssl_verify
  real_ip_header resolver return rewrite root satisfy send_timeout sendfile server server_name server_names_hash_bucket_size
  server_tokens set set_real_ip_from ssl_certificate ssl_certificate_key ssl_ciphers ssl_prefer_server_ciphers
  ssl_protocols ssl_session_cache ssl_session_timeout stream stub_status sub_filter tcp_nodelay tcp_nopush try_files
  types types_hash_max_size underscores_in_headers upstream use user worker_connections worker_processes
  worker_rlimit_nofile zone`.split(/\s+/),
)
