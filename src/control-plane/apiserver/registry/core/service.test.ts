import { describe, expect, test } from 'vitest'
import type { Service, ServiceCIDR, ServiceSpec } from '../../../../api/types.ts'
import type { KindDefinition, StrategyContext } from '../contract.ts'
import { service as definition } from './service.ts'

const { defaults, prepareForCreate, prepareForUpdate, validateInContext, validateUpdate } =
  definition as unknown as KindDefinition<Service>

const make = (spec: ServiceSpec, name = 'web'): Service =>
  defaults!({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec } as Service)

function contextWith(others: readonly Service[] = [], serviceCIDR = '10.96.0.0/24'): StrategyContext {
  const userInfo = { name: 'me', groups: [] }
  return { now: () => 0, get: () => undefined, list: () => others, serviceCIDR, user: 'me', userInfo, random: () => 0 }
}

const create = (spec: ServiceSpec, context = contextWith()): Service => prepareForCreate!(make(spec), context)
const refusals = (spec: ServiceSpec, context = contextWith()): string[] =>
  validateInContext!(create(spec, context), undefined, context).map(({ field, message }) => `${field}: ${message}`)

const ports = [{ port: 80 }]

describe('create', () => {
  test('takes an address above the part people choose from, and says its family', () => {
    expect(create({ ports }).spec).toMatchObject({
      type: 'ClusterIP',
      clusterIP: '10.96.0.17',
      clusterIPs: ['10.96.0.17'],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
    })
  })

  test('leaves out addresses that other Services have', () => {
    const first = create({ ports })
    expect(create({ ports }, contextWith([{ ...first, metadata: { name: 'a' } } as Service])).spec.clusterIP).toBe(
      '10.96.0.18',
    )
  })

  test('falls back to the lower part, then says that the range is full', () => {
    const small = '10.96.0.0/30'
    const taken = (ip: string) => make({ clusterIP: ip, clusterIPs: [ip], ports }, ip)
    expect(create({ ports }, contextWith([taken('10.96.0.1')], small)).spec.clusterIP).toBe('10.96.0.2')
    expect(refusals({ ports }, contextWith([taken('10.96.0.1'), taken('10.96.0.2')], small))).toEqual([
      'spec.clusterIPs: Invalid value: null: failed to allocate IP: range is full',
    ])
  })

  test('refuses an address that is taken or outside', () => {
    const other = make({ clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'], ports }, 'other')
    expect(refusals({ clusterIP: '10.96.0.9', ports }, contextWith([other]))).toEqual([
      'spec.clusterIPs: Invalid value: ["10.96.0.9"]: failed to allocate IP 10.96.0.9: provided IP is already allocated',
    ])
    expect(refusals({ clusterIP: '10.97.0.9', ports })).toEqual([
      'spec.clusterIPs: Invalid value: ["10.97.0.9"]: failed to allocate IP 10.97.0.9: the provided network does not match the current range',
    ])
  })

  test('takes addresses of further ranges that are ready', () => {
    const range = (status: 'True' | 'False'): ServiceCIDR => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: 'more' },
      spec: { cidrs: ['10.77.0.0/30'] },
      status: { conditions: [{ type: 'Ready', status, reason: '', message: '', lastTransitionTime: '' }] },
    })
    const small = contextWith([], '10.96.0.0/31')
    const within = (cidr: ServiceCIDR, context = small): StrategyContext => ({
      ...context,
      list: (kind) => (kind === 'ServiceCIDR' ? [cidr] : []),
    })
    expect(refusals({ clusterIP: '10.77.0.2', ports }, within(range('True')))).toEqual([])
    expect(refusals({ clusterIP: '10.77.0.2', ports }, within(range('False')))).toHaveLength(1)
    expect(create({ ports }, within(range('True'))).spec.clusterIP).toBe('10.77.0.1')
  })

  test('gives ports of one number one node port, and refuses those out of range or taken', () => {
    const both = [
      { name: 'udp', port: 53, protocol: 'UDP' },
      { name: 'tcp', port: 53, protocol: 'TCP' },
    ]
    expect(create({ type: 'NodePort', ports: both }).spec.ports?.map((port) => port.nodePort)).toEqual([30086, 30086])
    expect(refusals({ type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] })).toEqual([
      'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ])
    const other = make({ type: 'NodePort', clusterIPs: ['10.96.0.3'], ports: [{ port: 80, nodePort: 30001 }] }, 'other')
    expect(refusals({ type: 'NodePort', ports: [{ port: 80, nodePort: 30001 }] }, contextWith([other]))).toEqual([
      'spec.ports[0].nodePort: Invalid value: 30001: provided port is already allocated',
    ])
  })

  test('gives no address to headless and external names', () => {
    expect(create({ clusterIP: 'None', selector: { a: 'b' }, ports }).spec.clusterIPs).toEqual(['None'])
    const external = create({ type: 'ExternalName', externalName: 'example.com' })
    expect(external.spec.clusterIP).toBeUndefined()
    expect(external.spec.ipFamilies).toBeUndefined()
  })
})

describe('update', () => {
  const old = create({ type: 'NodePort', ports })

  test('gives back the address and node port a client left out', () => {
    const next = prepareForUpdate!(make({ type: 'NodePort', ports }), old, contextWith([old]))
    expect(next.spec).toMatchObject({ clusterIP: old.spec.clusterIP, clusterIPs: old.spec.clusterIPs })
    expect(next.spec.ports?.[0]?.nodePort).toBe(old.spec.ports?.[0]?.nodePort)
  })

  test('releases node ports on the way back to ClusterIP', () => {
    const next = prepareForUpdate!({ ...old, spec: { ...old.spec, type: 'ClusterIP' } }, old, contextWith([old]))
    expect(next.spec.ports?.[0]).not.toHaveProperty('nodePort')
    expect(next.spec).not.toHaveProperty('externalTrafficPolicy')
  })

  test('refuses another address', () => {
    const asked = { ...old, spec: { ...old.spec, clusterIP: '10.96.0.40', clusterIPs: ['10.96.0.40'] } }
    expect(validateUpdate!(asked, old)).toEqual([
      {
        type: 'FieldValueInvalid',
        field: 'spec.clusterIPs[0]',
        message: 'Invalid value: ["10.96.0.40"]: may not change once set',
      },
    ])
  })
})
