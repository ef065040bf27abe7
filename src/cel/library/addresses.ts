import { formatIP, type IPAddress, parseIP } from '../../api/ip.ts'
import { type Overload, overload } from '../declarations.ts'
import { CelError, Opaque } from '../values.ts'

/** Sources: apiserver/pkg/cel/library/ip.go, cidr.go; Go's net/netip */
class IpValue extends Opaque {
  readonly type = 'net.IP'
  readonly address: IPAddress

  constructor(address: IPAddress) {
    super()
    this.address = address
  }

  equals(other: Opaque): boolean {
    return other instanceof IpValue && sameAddress(other.address, this.address)
  }
}

class CidrValue extends Opaque {
  readonly type = 'net.CIDR'
  readonly address: IPAddress
  readonly bits: number

  constructor(address: IPAddress, bits: number) {
    super()
    this.address = address
    this.bits = bits
  }

  equals(other: Opaque): boolean {
    return other instanceof CidrValue && other.bits === this.bits && sameAddress(other.address, this.address)
  }
}

const sameAddress = (a: IPAddress, b: IPAddress) => a.family === b.family && a.value === b.value

function parseAddress(text: string): IPAddress {
  const refuse = (why: string) =>
    new CelError(
      `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): ${why}`,
    )
  if (text === '') throw refuse('unable to parse IP')
  if (/^[^%]*:[^%]*%/.test(text))
    throw new CelError(`IP address ${JSON.stringify(text)} with zone value is not allowed`)
  const address = parseIP(text)
  if (address === undefined) throw refuse(problemOf(text))
  if (address.leadingZeros && address.family === 4 && !address.mapped)
    throw refuse('IPv4 field has octet with leading zero')
  if (address.mapped) throw new CelError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`)
  return address
}

/** Source: net/netip ParseAddr, parseIPv4Fields */
function problemOf(text: string): string {
  if (!/[.:]/.test(text)) return 'unable to parse IP'
  if (text.includes(':')) return 'each colon-separated field must have at least one digit'
  if (/[^0-9.]/.test(text)) return 'unexpected character'
  const fields = text.split('.')
  if (fields.some((field) => field === '')) return 'IPv4 field must have at least one digit'
  if (fields.some((field) => Number(field) > 255)) return 'IPv4 field has value >255'
  return fields.length < 4 ? 'IPv4 address too short' : 'IPv4 address too long'
}

function parseNetwork(text: string): CidrValue {
  const refuse = (why: string) =>
    new CelError(
      `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): ${why}`,
    )
  const slash = text.lastIndexOf('/')
  if (slash < 0) throw refuse("no '/'")
  const address = parseIP(text.slice(0, slash))
  if (address === undefined) {
    const shown = JSON.stringify(text.slice(0, slash))
    throw refuse(`ParseAddr(${shown}): ${problemOf(text.slice(0, slash))}`)
  }
  const bits = text.slice(slash + 1)
  if (!/^(0|[1-9]\d*)$/.test(bits)) throw refuse(`bad bits after slash: ${JSON.stringify(bits)}`)
  if (Number(bits) > width(address)) throw refuse('prefix length out of range')
  if (address.mapped) throw new CelError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`)
  return new CidrValue(address, Number(bits))
}

const width = ({ family }: IPAddress) => (family === 4 ? 32 : 128)

function masked({ address, bits }: CidrValue): CidrValue {
  const rest = BigInt(width(address) - bits)
  return new CidrValue({ ...address, value: (address.value >> rest) << rest }, bits)
}

function containsAddress(network: CidrValue, address: IPAddress): boolean {
  if (network.address.family !== address.family) return false
  const rest = BigInt(width(address) - network.bits)
  return network.address.value >> rest === address.value >> rest
}

const containsNetwork = (network: CidrValue, other: CidrValue) =>
  network.bits <= other.bits && containsAddress(network, other.address)

function attempt(parse: () => unknown): boolean {
  try {
    parse()
    return true
  } catch (error) {
    if (error instanceof CelError) return false
    throw error
  }
}

const top = ({ value, family }: IPAddress, bits: number) => value >> BigInt((family === 4 ? 32 : 128) - bits)

const isUnspecified = ({ value }: IPAddress) => value === 0n
const isLoopback = (address: IPAddress) => (address.family === 4 ? top(address, 8) === 127n : address.value === 1n)
const isLinkLocalMulticast = (address: IPAddress) =>
  address.family === 4 ? top(address, 24) === 0xe00000n : (top(address, 16) & 0xff0fn) === 0xff02n
const isLinkLocalUnicast = (address: IPAddress) =>
  address.family === 4 ? top(address, 16) === 0xa9fen : top(address, 10) === 0x3fan
const isMulticast = (address: IPAddress) =>
  address.family === 4 ? top(address, 4) === 0xen : top(address, 8) === 0xffn
const isGlobalUnicast = (address: IPAddress) =>
  !(address.family === 4 && address.value === 0xffffffffn) &&
  !isUnspecified(address) &&
  !isLoopback(address) &&
  !isMulticast(address) &&
  !isLinkLocalUnicast(address)

const asks = (name: string, holds: (address: IPAddress) => boolean): Overload =>
  overload(`net.IP.${name}(): bool`, ({ address }: IpValue) => holds(address))

export const addresses: readonly Overload[] = [
  overload('ip(string): net.IP', (text: string) => new IpValue(parseAddress(text))),
  overload('net.IP.family(): int', ({ address }: IpValue) => BigInt(address.family)),
  overload('#ip.isCanonical(string): bool', (text: string) => formatIP(parseAddress(text)) === text),
  asks('isUnspecified', isUnspecified),
  asks('isLoopback', isLoopback),
  asks('isLinkLocalMulticast', isLinkLocalMulticast),
  asks('isLinkLocalUnicast', isLinkLocalUnicast),
  asks('isGlobalUnicast', isGlobalUnicast),
  overload('isIP(string): bool', (text: string) => attempt(() => parseAddress(text))),
  overload('string(net.IP): string', ({ address }: IpValue) => formatIP(address)),
  overload('cidr(string): net.CIDR', parseNetwork),
  overload('isCIDR(string): bool', (text: string) => attempt(() => parseNetwork(text))),
  overload('net.CIDR.containsIP(string): bool', (network: CidrValue, text: string) =>
    containsAddress(network, parseAddress(text)),
  ),
  overload('net.CIDR.containsIP(net.IP): bool', (network: CidrValue, { address }: IpValue) =>
    containsAddress(network, address),
  ),
  overload('net.CIDR.containsCIDR(string): bool', (network: CidrValue, text: string) =>
    containsNetwork(network, parseNetwork(text)),
  ),
  overload('net.CIDR.containsCIDR(net.CIDR): bool', containsNetwork),
  overload('net.CIDR.ip(): net.IP', ({ address }: CidrValue) => new IpValue(address)),
  overload('net.CIDR.prefixLength(): int', ({ bits }: CidrValue) => BigInt(bits)),
  overload('net.CIDR.masked(): net.CIDR', masked),
  overload('string(net.CIDR): string', ({ address, bits }: CidrValue) => `${formatIP(address)}/${bits}`),
]
