import { maskedValue, parseCIDR } from '../../../../api/ip.ts'
import type {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from '../../../../api/types.ts'
import { validateLegacyCIDR } from './addresses.ts'
import { type Errors, forbidden, invalid, invalidEach, notSupported, required } from './field-error.ts'
import { portName, portNumber } from './formats.ts'
import { validateLabelSelector } from './labels.ts'

/** Source: pkg/apis/networking/validation/validation.go ValidateNetworkPolicySpec. */
interface Options {
  readonly allowInvalidValues: boolean
  /** Written in the old object, whatever they are. */
  readonly accepted: readonly string[]
}

export const validateNetworkPolicy = ({ spec }: NetworkPolicy): Errors =>
  specErrors(spec ?? {}, { allowInvalidValues: false, accepted: [] })

export function validateNetworkPolicyUpdate({ spec }: NetworkPolicy, old: NetworkPolicy): Errors {
  const faults: Errors = []
  validateLabelSelector(faults, '', old.spec?.podSelector)
  const { ingress = [], egress = [] } = old.spec ?? {}
  const peers = [...ingress.flatMap(({ from = [] }) => from), ...egress.flatMap(({ to = [] }) => to)]
  const accepted = peers.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr, ...(ipBlock.except ?? [])] : []))
  return specErrors(spec ?? {}, { allowInvalidValues: faults.length > 0, accepted })
}

function specErrors(spec: NetworkPolicySpec, options: Options): Errors {
  const errors: Errors = []
  validateLabelSelector(errors, 'spec.podSelector', spec.podSelector, options.allowInvalidValues)
  for (const [i, { ports = [], from = [] }] of (spec.ingress ?? []).entries())
    validateRule(errors, `spec.ingress[${i}]`, ports, 'from', from, options)
  for (const [i, { ports = [], to = [] }] of (spec.egress ?? []).entries())
    validateRule(errors, `spec.egress[${i}]`, ports, 'to', to, options)
  const types = spec.policyTypes ?? []
  if (types.length > 2) invalid(errors, 'spec.policyTypes', types, 'may not specify more than two policyTypes')
  else {
    for (const [i, type] of types.entries()) {
      if (type === 'Ingress' || type === 'Egress') continue
      notSupported(errors, `spec.policyTypes[${i}]`, type, ['Ingress', 'Egress'])
    }
  }
  return errors
}

function validateRule(
  errors: Errors,
  path: string,
  ports: readonly NetworkPolicyPort[],
  direction: 'from' | 'to',
  peers: readonly NetworkPolicyPeer[],
  options: Options,
): void {
  for (const [i, port] of ports.entries()) validatePort(errors, `${path}.ports[${i}]`, port)
  for (const [i, peer] of peers.entries()) validatePeer(errors, `${path}.${direction}[${i}]`, peer, options)
}

const protocols = ['TCP', 'UDP', 'SCTP']

function validatePort(errors: Errors, path: string, { protocol, port, endPort }: NetworkPolicyPort): void {
  if (protocol !== undefined && !protocols.includes(protocol)) {
    notSupported(errors, `${path}.protocol`, protocol, protocols)
  }
  const end = `${path}.endPort`
  if (typeof port === 'number') {
    invalidEach(errors, `${path}.port`, port, portNumber(port))
    if (endPort === undefined) return
    if (endPort < port) invalid(errors, end, port, 'must be greater than or equal to `port`')
    invalidEach(errors, end, endPort, portNumber(endPort))
    return
  }
  const unfit = port === undefined ? 'not specified' : 'non-numeric'
  if (endPort !== undefined) invalid(errors, end, endPort, `may not be specified when \`port\` is ${unfit}`)
  if (port !== undefined) invalidEach(errors, `${path}.port`, port, portName(port))
}

function validatePeer(errors: Errors, path: string, peer: NetworkPolicyPeer, options: Options): void {
  const { podSelector, namespaceSelector, ipBlock } = peer
  validateLabelSelector(errors, `${path}.podSelector`, podSelector, options.allowInvalidValues)
  validateLabelSelector(errors, `${path}.namespaceSelector`, namespaceSelector, options.allowInvalidValues)
  if (ipBlock) validateIPBlock(errors, `${path}.ipBlock`, ipBlock, options)
  if (!podSelector && !namespaceSelector && !ipBlock) required(errors, path, 'must specify a peer')
  else if (ipBlock && (podSelector || namespaceSelector)) {
    forbidden(errors, path, 'may not specify both ipBlock and another peer')
  }
}

function validateIPBlock(errors: Errors, path: string, { cidr, except = [] }: IPBlock, { accepted }: Options): void {
  if (!cidr) {
    required(errors, `${path}.cidr`)
    return
  }
  validateLegacyCIDR(errors, `${path}.cidr`, cidr, accepted)
  const network = parseCIDR(cidr)
  if (!network) return
  for (const [i, text] of except.entries()) {
    const field = `${path}.except[${i}]`
    validateLegacyCIDR(errors, field, text, accepted)
    const inner = parseCIDR(text)
    if (!inner) continue
    const sameFamily = inner.address.family === network.address.family
    const inside = sameFamily && maskedValue({ ...network, address: inner.address }) === maskedValue(network)
    if (!inside || network.bits >= inner.bits) invalid(errors, field, text, 'must be a strict subset of `cidr`')
  }
}
