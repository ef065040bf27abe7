/** What stands behind a status in the first line of an answer. Source: net/http/status.go StatusText */
const GO = `200 OK|201 Created|202 Accepted|203 Non-Authoritative Information|204 No Content|205 Reset Content|206 Partial Content
|207 Multi-Status|208 Already Reported|226 IM Used|300 Multiple Choices|301 Moved Permanently|302 Found|303 See Other
|304 Not Modified|305 Use Proxy|307 Temporary Redirect|308 Permanent Redirect|400 Bad Request|401 Unauthorized
|402 Payment Required|403 Forbidden|404 Not Found|405 Method Not Allowed|406 Not Acceptable
|407 Proxy Authentication Required|408 Request Timeout|409 Conflict|410 Gone|411 Length Required|412 Precondition Failed
|413 Request Entity Too Large|414 Request URI Too Long|415 Unsupported Media Type|416 Requested Range Not Satisfiable
|417 Expectation Failed|418 I'm a teapot|421 Misdirected Request|422 Unprocessable Entity|423 Locked|424 Failed Dependency
|425 Too Early|426 Upgrade Required|428 Precondition Required|429 Too Many Requests|431 Request Header Fields Too Large
|451 Unavailable For Legal Reasons|500 Internal Server Error|501 Not Implemented|502 Bad Gateway|503 Service Unavailable
|504 Gateway Timeout|505 HTTP Version Not Supported|506 Variant Also Negotiates|507 Insufficient Storage|508 Loop Detected
|510 Not Extended|511 Network Authentication Required`

/** nginx has words of its own, and none for what is not here. Source: nginx http/ngx_http_header_filter_module.c ngx_http_status_lines */
const NGINX = `200 OK|201 Created|202 Accepted|204 No Content|206 Partial Content|301 Moved Permanently|302 Moved Temporarily
|303 See Other|304 Not Modified|307 Temporary Redirect|308 Permanent Redirect|400 Bad Request|401 Unauthorized
|402 Payment Required|403 Forbidden|404 Not Found|405 Not Allowed|406 Not Acceptable|408 Request Time-out|409 Conflict|410 Gone
|411 Length Required|412 Precondition Failed|413 Request Entity Too Large|414 Request-URI Too Large
|415 Unsupported Media Type|416 Requested Range Not Satisfiable|421 Misdirected Request|429 Too Many Requests
|500 Internal Server Error|501 Not Implemented|502 Bad Gateway|503 Service Temporarily Unavailable|504 Gateway Time-out
|505 HTTP Version Not Supported|507 Insufficient Storage`

/** Where the page of an error says something else than the first line. Source: nginx http/ngx_http_special_response.c */
const NGINX_PAGES = '302 Found|401 Authorization Required'

const read = (table: string): ReadonlyMap<number, string> =>
  new Map(table.split(/\n?\|/).map((entry) => [Number(entry.slice(0, 3)), entry.slice(4)]))
const go = read(GO)
const nginx = read(NGINX)
const nginxPages = read(NGINX_PAGES)

/** `HTTP/1.1 410 Gone`, in the words of the server that answers. @param server its header of that name */
export function statusLine(status: number, server = ''): string {
  return `HTTP/1.1 ${status} ${(server.startsWith('nginx') ? nginx : go).get(status) ?? ''}`
}

/** The title of nginx's page for a status; undefined: it has none, and sends an empty body. */
export function nginxPageTitle(status: number): string | undefined {
  const words = nginxPages.get(status) ?? (status > 300 && status !== 304 ? nginx.get(status) : undefined)
  return words && `${status} ${words}`
}
