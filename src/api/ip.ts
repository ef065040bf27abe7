/** IP addresses and networks as Go's net package reads and prints them. */

export interface IPAddress {
  readonly family: 4 | 6
  readonly value: bigint
  /** Written as IPv6 though it is IPv4: `::ffff:10.0.0.1`. */
  readonly mapped: boolean
  /** An IPv4 octet has leading zeros: `010.0.0.1`. */
  readonly leadingZeros: boolean
}

export interface IPNetwork {
  readonly address: IPAddress
  readonly bits: number
  readonly leadingZeros: boolean
}

function parseIPv4(text: string): { value: bigint; leadingZeros: boolean } | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!match) return undefined
  let value = 0n
  let leadingZeros = false
  for (const octet of match.slice(1)) {
    if (Number(octet) > 255) return undefined
    if (octet.length > 1 && octet[0] === '0') leadingZeros = true
    value = value * 256n + BigInt(octet)
  }
  return { value, leadingZeros }
}

/** The 16-bit groups of one side of `::`; a dotted tail gives two. */
function groupsOf(side: string): { groups: readonly bigint[]; leadingZeros: boolean } | undefined {
  if (side === '') return { groups: [], leadingZeros: false }
  const groups: bigint[] = []
  let leadingZeros = false
  const parts = side.split(':')
  for (const [index, part] of parts.entries()) {
    const dotted = index === parts.length - 1 ? parseIPv4(part) : undefined
    if (dotted) {
      groups.push(dotted.value >> 16n, dotted.value & 0xffffn)
      leadingZeros ||= dotted.leadingZeros
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`))
    else return undefined
  }
  return { groups, leadingZeros }
}

function parseIPv6(text: string): IPAddress | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const left = groupsOf(halves[0]!)
  const right = halves.length === 2 ? groupsOf(halves[1]!) : { groups: [], leadingZeros: false }
  if (!left || !right || (halves.length === 2 && /\./.test(halves[0]!))) return undefined
  const missing = 8 - left.groups.length - right.groups.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const all = [...left.groups, ...Array<bigint>(missing).fill(0n), ...right.groups]
  const value = all.reduce((sum, group) => (sum << 16n) | group, 0n)
  const leadingZeros = left.leadingZeros || right.leadingZeros
  if (value >> 32n === 0xffffn) return { family: 4, value: value & 0xffffffffn, mapped: true, leadingZeros }
  return { family: 6, value, mapped: false, leadingZeros }
}

/** Reads an address, leading zeros allowed (netutils.ParseIPSloppy); undefined for anything else. */
export function parseIP(text: string): IPAddress | undefined {
  if (text.includes(':')) return parseIPv6(text)
  const four = parseIPv4(text)
  return four && { family: 4, value: four.value, mapped: false, leadingZeros: four.leadingZeros }
}

/** Reads `10.0.0.0/24` (netutils.ParseCIDRSloppy); undefined for anything else. */
export function parseCIDR(text: string): IPNetwork | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text)
  const address = match && parseIP(match[1]!)
  if (!address) return undefined
  const bits = Number(match[2])
  if (bits > (address.family === 4 && !address.mapped ? 32 : 128)) return undefined
  const padded = match[2]!.length > 1 && match[2]![0] === '0'
  return { address, bits, leadingZeros: address.leadingZeros || padded }
}

/** The first address of the network. */
export function maskedValue({ address, bits }: IPNetwork): bigint {
  const width = BigInt(address.family === 4 ? 32 : 128)
  const host = width - BigInt(bits)
  return host <= 0n ? address.value : (address.value >> host) << host
}

/** Whether an address lies in a network, both as text; what cannot be read lies nowhere. */
export function isInNetwork(ip: string, cidr: string): boolean {
  const address = parseIP(ip)
  const network = parseCIDR(cidr)
  if (address === undefined || network === undefined || address.family !== network.address.family) return false
  return maskedValue({ ...network, address }) === maskedValue(network)
}

/** Prints an IPv4 value. */
const formatIPv4 = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.')

/** Prints the canonical form (RFC 5952). */
export function formatIP({ family, value }: Pick<IPAddress, 'family' | 'value'>): string {
  if (family === 4) return formatIPv4(value)
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16))
  const runs = [...groups.join(':').matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length)
  const longest = runs[0]
  if (!longest) return groups.join(':')
  const text = groups.join(':')
  const before = text.slice(0, longest.index).replace(/:$/, '')
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, '')
  return `${before}::${after}`
}
