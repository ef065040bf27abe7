import { isDNS1123Label, isDNS1123Subdomain, isLabelKey } from '../../../../api/names.ts'
import type { EndpointAddress, EndpointPort, Endpoints } from '../../../../api/types.ts'
import { semanticallyEqual } from '../semantic-equality.ts'
import { validateEndpointIP, validateLegacyIP } from './addresses.ts'
import { protocols } from './containers.ts'
import { type Errors, invalidEach, notSupported, required } from './field-error.ts'
import { portNumber } from './formats.ts'

/** All but metadata; what was there before may stay. Source: pkg/apis/core/validation/validation.go ValidateEndpoints. */
export function validateEndpoints({ subsets = [] }: Endpoints, old?: Endpoints): Errors {
  const errors: Errors = []
  for (const [i, { addresses = [], notReadyAddresses = [], ports = [] }] of subsets.entries()) {
    const path = `subsets[${i}]`
    if (addresses.length + notReadyAddresses.length === 0) {
      required(errors, path, 'must specify `addresses` or `notReadyAddresses`')
    }
    for (const [j, address] of addresses.entries()) validateAddress(errors, `${path}.addresses[${j}]`, address)
    for (const [j, address] of notReadyAddresses.entries()) {
      validateAddress(errors, `${path}.notReadyAddresses[${j}]`, address)
    }
    for (const [j, port] of ports.entries()) validatePort(errors, `${path}.ports[${j}]`, port, ports.length > 1)
  }
  return errors.length > 0 && old && semanticallyEqual(old.subsets, subsets) ? [] : errors
}

function validateAddress(errors: Errors, field: string, { ip = '', hostname, nodeName }: EndpointAddress): void {
  validateLegacyIP(errors, `${field}.ip`, ip)
  if (hostname) invalidEach(errors, `${field}.hostname`, hostname, isDNS1123Label(hostname))
  if (nodeName !== undefined) invalidEach(errors, `${field}.nodeName`, nodeName, isDNS1123Subdomain(nodeName))
  validateEndpointIP(errors, `${field}.ip`, ip)
}

function validatePort(errors: Errors, field: string, port: EndpointPort, needsName: boolean): void {
  const { name, protocol, appProtocol } = port
  if (needsName && !name) required(errors, `${field}.name`)
  else if (name) invalidEach(errors, `${field}.name`, name, isDNS1123Label(name))
  invalidEach(errors, `${field}.port`, port.port ?? 0, portNumber(port.port ?? 0))
  if (!protocol) required(errors, `${field}.protocol`)
  else if (!protocols.includes(protocol)) notSupported(errors, `${field}.protocol`, protocol, protocols)
  if (appProtocol !== undefined) invalidEach(errors, `${field}.appProtocol`, appProtocol, isLabelKey(appProtocol))
}
