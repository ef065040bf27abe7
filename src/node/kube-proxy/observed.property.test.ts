import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Service, WatchEvent } from '../../api/types.ts'
import { Observed } from './observed.ts'

const service = (name: string, revision: number): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default', uid: name, resourceVersion: String(revision) },
  spec: { clusterIP: '10.0.0.1', ports: [{ port: 80, protocol: 'TCP' }] },
})

const events = fc.array(
  fc.record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    deleted: fc.boolean(),
    revision: fc.integer({ min: 1, max: 5 }),
  }),
  { maxLength: 30 },
)

test('who has seen the same state has the same fingerprint and rules, however they came to it', () => {
  fc.assert(
    fc.property(events, (steps) => {
      const wandered = new Observed()
      const last = new Map<string, Service>()
      for (const { name, deleted, revision } of steps) {
        const object = service(name, revision)
        const event: WatchEvent<Service> = { type: deleted ? 'DELETED' : 'MODIFIED', object }
        wandered.service(event)
        if (deleted) last.delete(name)
        else last.set(name, object)
      }
      const direct = new Observed()
      for (const object of [...last.values()].reverse()) direct.service({ type: 'ADDED', object })
      expect(wandered.fingerprint).toBe(direct.fingerprint)
      expect(wandered.rules('iptables')).toEqual(direct.rules('iptables'))
    }),
  )
})
