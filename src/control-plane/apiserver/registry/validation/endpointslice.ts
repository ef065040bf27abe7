import { isDNS1123Label, isDNS1123Subdomain, isLabelKey, isLabelValue } from '../../../../api/names.ts'
import type { Endpoint, EndpointHints, EndpointSlice, EndpointSlicePort } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { isIPv4, isIPv6, validateEndpointIP, validateIP, validateLegacyIP } from './addresses.ts'
import { protocols } from './containers.ts'
import { duplicate, type Errors, invalid, invalidEach, notSupported, required, tooMany } from './field-error.ts'
import { validateLabels } from './labels.ts'
import { validateImmutable } from './objectmeta.ts'

/** Source: pkg/apis/discovery/validation/validation.go. */

const addressTypes = ['FQDN', 'IPv4', 'IPv6']
const MAX_ENDPOINTS = 1000
const MAX_PORTS = 20_000
const MAX_ADDRESSES = 100
const MAX_TOPOLOGY = 16
const MAX_HINTS = 8

export function validateEndpointSlice(slice: EndpointSlice, old?: EndpointSlice): Errors {
  const errors: Errors = []
  const { addressType = '', ports, endpoints } = slice
  if (addressType === '') required(errors, 'addressType')
  else if (!addressTypes.includes(addressType)) notSupported(errors, 'addressType', addressType, addressTypes)
  validatePorts(errors, ports ?? [])
  const own: Errors = []
  validateEndpoints(own, endpoints ?? [], addressType)
  const unchanged = own.length > 0 && old && semanticallyEqual(old.endpoints, endpoints)
  return unchanged ? errors : [...errors, ...own]
}

export function validateEndpointSliceUpdate(slice: EndpointSlice, old: EndpointSlice): Errors {
  const errors = validateEndpointSlice(slice, old)
  validateImmutable(errors, 'addressType', slice.addressType, old.addressType)
  return errors
}

function validateEndpoints(errors: Errors, endpoints: readonly Endpoint[], addressType: string): void {
  if (endpoints.length > MAX_ENDPOINTS) {
    tooMany(errors, 'endpoints', endpoints.length, MAX_ENDPOINTS)
    return
  }
  for (const [i, endpoint] of endpoints.entries()) {
    const path = `endpoints[${i}]`
    const { addresses = [], nodeName, deprecatedTopology: topology, hostname, hints } = endpoint
    const field = `${path}.addresses`
    if (addresses.length === 0) required(errors, field, 'must contain at least 1 address')
    else if (addresses.length > MAX_ADDRESSES) tooMany(errors, field, addresses.length, MAX_ADDRESSES)
    for (const [j, address] of addresses.entries()) validateAddress(errors, field, j, address, addressType)
    if (nodeName !== undefined) invalidEach(errors, `${path}.nodeName`, nodeName, isDNS1123Subdomain(nodeName))
    const labels = Object.keys(topology ?? {}).length
    if (labels > MAX_TOPOLOGY) tooMany(errors, `${path}.deprecatedTopology`, labels, MAX_TOPOLOGY)
    validateLabels(errors, `${path}.deprecatedTopology`, topology)
    if (hostname !== undefined) invalidEach(errors, `${path}.hostname`, hostname, isDNS1123Label(hostname))
    if (hints) validateHints(errors, `${path}.hints`, hints)
  }
}

function validateAddress(errors: Errors, field: string, index: number, address: string, type: string): void {
  const path = `${field}[${index}]`
  if (type === 'IPv4' && validateLegacyIP(errors, path, address)) {
    if (!isIPv4(address)) invalid(errors, field, address, 'must be an IPv4 address')
    validateEndpointIP(errors, path, address)
  }
  if (type === 'IPv6' && validateIP(errors, path, address)) {
    if (!isIPv6(address)) invalid(errors, field, address, 'must be an IPv6 address')
    validateEndpointIP(errors, path, address)
  }
  if (type === 'FQDN') validateDomainName(errors, path, address)
}

/** Source: apimachinery/pkg/util/validation/validation.go IsFullyQualifiedDomainName; the first fault speaks. */
function validateDomainName(errors: Errors, field: string, given: string): void {
  const name = given.replace(/\.$/, '')
  const wrong = isDNS1123Subdomain(name)
  const labels = name.split('.')
  const label = labels.find((each) => isDNS1123Label(each).length > 0)
  if (given === '') required(errors, field)
  else if (wrong.length > 0) invalid(errors, field, name, wrong.join(','))
  else if (labels.length < 2) {
    invalid(errors, field, name, 'should be a domain with at least two segments separated by dots')
  } else if (label !== undefined) invalid(errors, field, label, isDNS1123Label(label).join(','))
}

function validatePorts(errors: Errors, ports: readonly EndpointSlicePort[]): void {
  if (ports.length > MAX_PORTS) {
    tooMany(errors, 'ports', ports.length, MAX_PORTS)
    return
  }
  const names = new Set<string>()
  for (const [i, { name = '', protocol, appProtocol }] of ports.entries()) {
    const path = `ports[${i}]`
    if (name !== '') invalidEach(errors, `${path}.name`, name, isDNS1123Label(name))
    if (names.has(name)) duplicate(errors, `${path}.name`, name)
    names.add(name)
    if (protocol === undefined) required(errors, `${path}.protocol`)
    else if (!protocols.includes(protocol)) notSupported(errors, `${path}.protocol`, protocol, protocols)
    if (appProtocol !== undefined) invalidEach(errors, `${path}.appProtocol`, appProtocol, isLabelKey(appProtocol))
  }
}

function validateHints(errors: Errors, field: string, { forZones = [], forNodes = [] }: EndpointHints): void {
  const lists = [
    ['forZones', forZones, isLabelValue],
    ['forNodes', forNodes, isDNS1123Subdomain],
  ] as const
  for (const [list, hints, rule] of lists) {
    if (hints.length > MAX_HINTS) {
      tooMany(errors, `${field}.${list}`, hints.length, MAX_HINTS)
      return
    }
    const seen = new Set<string>()
    for (const [i, { name }] of hints.entries()) {
      const path = `${field}.${list}[${i}].name`
      if (seen.has(name)) duplicate(errors, path, name)
      seen.add(name)
      invalidEach(errors, path, name, rule(name))
    }
  }
}
