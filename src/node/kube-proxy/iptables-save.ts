import { base32, sha256 } from '../../api/sha256.ts'
import type { Endpoint, ServiceRule, ServiceRules } from '../../network/contract.ts'

/**
 * The nat table of a node as `iptables-save -t nat` prints it: one chain a Service port and one an endpoint, each
 * endpoint taken with a probability that makes all equally likely.
 *
 * Source: pkg/proxy/iptables/proxier.go syncProxyRules, writeServiceToEndpointRules, portProtoHash
 */
export function iptablesSave(rules: ServiceRules): string {
  const chains = new Set(['KUBE-MARK-MASQ', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-SERVICES'])
  const lines: string[] = [
    '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
    '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
  ]
  for (const rule of rules.mode === 'iptables' ? rules.services : []) {
    if (rule.endpoints.length > 0) lines.push(...serviceLines(rule, rules.clusterCIDR, chains))
  }
  lines.push(
    '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
  )
  const kept = rules.services.flatMap(firewalledLines)
  const rejected = rules.services.filter(({ endpoints }) => endpoints.length === 0).map(rejectLine)
  const filterChains = [...(kept.length > 0 ? [':KUBE-PROXY-FIREWALL - [0:0]'] : []), ':KUBE-SERVICES - [0:0]']
  const filter = ['*filter', ...filterChains, ...(rules.mode === 'iptables' ? [...kept, ...rejected] : []), 'COMMIT']
  const head = [':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]']
  const own = [...chains].sort().map((chain) => `:${chain} - [0:0]`)
  return `${['*nat', ...head, ...own, ...lines, 'COMMIT', ...filter].join('\n')}\n`
}

function serviceLines(rule: ServiceRule, clusterCIDR: string | undefined, chains: Set<string>): readonly string[] {
  const { name, clusterIP, port, nodePort, endpoints } = rule
  const protocol = rule.protocol.toLowerCase()
  const chain = `KUBE-SVC-${hash(name + protocol)}`
  const external = `KUBE-EXT-${hash(name + protocol)}`
  const match = `-m ${protocol} -p ${protocol}`
  const destination = `-d ${clusterIP}/32 ${match} --dport ${port}`
  chains.add(chain)
  const lines = [`-A KUBE-SERVICES ${destination} -m comment --comment "${name} cluster IP" -j ${chain}`]
  if (clusterCIDR !== undefined)
    lines.push(
      `-A ${chain} ! -s ${clusterCIDR} ${destination} -m comment --comment "${name} cluster IP" -j KUBE-MARK-MASQ`,
    )
  for (const [i, endpoint] of endpoints.entries())
    lines.push(...endpointLines(rule, chain, endpoint, endpoints.length - i, chains))
  const { externalIPs = [], balancerIPs = [], sourceRanges } = rule
  if (nodePort === undefined && externalIPs.length === 0) return lines
  chains.add(external)
  const firewall = sourceRanges && `KUBE-FW-${hash(name + protocol)}`
  if (firewall) chains.add(firewall)
  const captured = (ip: string, what: string, target: string) =>
    `-A KUBE-SERVICES -d ${ip}/32 ${match} --dport ${port} -m comment --comment "${name} ${what}" -j ${target}`
  const others = externalIPs.filter((ip) => !balancerIPs.includes(ip))
  return [
    ...lines,
    ...others.map((ip) => captured(ip, 'external IP', external)),
    ...balancerIPs.map((ip) => captured(ip, 'loadbalancer IP', firewall ?? external)),
    ...(nodePort === undefined
      ? []
      : [`-A KUBE-NODEPORTS ${match} --dport ${nodePort} -m comment --comment "${name}" -j ${external}`]),
    `-A ${external} -m comment --comment "masquerade traffic for ${name} external destinations" -j KUBE-MARK-MASQ`,
    `-A ${external} -j ${chain}`,
    ...(firewall ? firewallLines(rule, firewall, external) : []),
  ]
}

/** Who may come to a load balancer's address. Source: proxier.go (fwChain) */
function firewallLines({ name, sourceRanges = [] }: ServiceRule, chain: string, external: string): readonly string[] {
  return [
    ...sourceRanges.map(
      (cidr) => `-A ${chain} -s ${cidr} -m comment --comment "${name} loadbalancer IP" -j ${external}`,
    ),
    `-A ${chain} -m comment --comment "other traffic to ${name} will be dropped by KUBE-PROXY-FIREWALL"`,
  ]
}

/** @param left how many endpoints are left to choose from, this one included */
function endpointLines(
  { name, protocol }: ServiceRule,
  chain: string,
  { ip, port }: Endpoint,
  left: number,
  chains: Set<string>,
): readonly string[] {
  const lower = protocol.toLowerCase()
  const target = `${ip}:${port}`
  const own = `KUBE-SEP-${hash(name + lower + target)}`
  chains.add(own)
  const chance = left === 1 ? '' : ` -m statistic --mode random --probability ${(1 / left).toFixed(10)}`
  return [
    `-A ${chain} -m comment --comment "${name} -> ${target}"${chance} -j ${own}`,
    `-A ${own} -s ${ip}/32 -m comment --comment "${name}" -j KUBE-MARK-MASQ`,
    `-A ${own} -m ${lower} -p ${lower} -m comment --comment "${name}" -j DNAT --to-destination ${target}`,
  ]
}

/** What the firewall chain of a Service has not let through. */
function firewalledLines({ name, port, protocol, balancerIPs = [], sourceRanges }: ServiceRule): readonly string[] {
  if (sourceRanges === undefined) return []
  const lower = protocol.toLowerCase()
  const why = `${name} traffic not accepted by KUBE-FW-${hash(name + lower)}`
  return balancerIPs.map(
    (ip) =>
      `-A KUBE-PROXY-FIREWALL -d ${ip}/32 -m ${lower} -p ${lower} --dport ${port} -m comment --comment "${why}" -j DROP`,
  )
}

function rejectLine({ name, clusterIP, port, protocol }: ServiceRule): string {
  const lower = protocol.toLowerCase()
  return `-A KUBE-SERVICES -d ${clusterIP}/32 -m ${lower} -p ${lower} --dport ${port} -m comment --comment "${name} has no endpoints" -j REJECT --reject-with icmp-port-unreachable`
}

function hash(text: string): string {
  return base32(sha256(text)).slice(0, 16)
}

/** The same rules as `ipvsadm -Ln` lists them in mode ipvs. */
export function ipvsadm(rules: ServiceRules): string {
  const head =
    'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n'
  if (rules.mode !== 'ipvs') return head
  const services = rules.services.map(({ protocol, clusterIP, port, endpoints }) => {
    const servers = endpoints.map(
      (endpoint) => `  -> ${`${endpoint.ip}:${endpoint.port}`.padEnd(29)}Masq    1      0          0\n`,
    )
    return `${protocol}  ${clusterIP}:${port} rr\n${servers.join('')}`
  })
  return head + services.join('')
}
