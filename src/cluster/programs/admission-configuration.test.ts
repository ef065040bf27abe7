import { expect, test } from 'vitest'
import type { Process } from '../../node/contract.ts'
import { admissionConfiguration } from './admission-configuration.ts'

const files = new Map([
  [
    '/etc/kubernetes/admission.yaml',
    `
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
  - name: PodSecurity
    configuration: {kind: PodSecurityConfiguration, defaults: {enforce: baseline}, exemptions: {namespaces: [kube-system]}}
  - {name: EventRateLimit, path: events.yaml}
`,
  ],
  ['/etc/kubernetes/events.yaml', 'limits: [{type: Server, qps: 5, burst: 10}]'],
])

test('each plug-in gets what stands in the file, or in the file it names', () => {
  const process = { files: { read: (path: string) => files.get(path) } } as unknown as Process
  const flags = new Map([['admission-control-config-file', '/etc/kubernetes/admission.yaml']])
  expect(admissionConfiguration(flags, process).admissionConfiguration).toMatchObject({
    PodSecurity: { defaults: { enforce: 'baseline' }, exemptions: { namespaces: ['kube-system'] } },
    EventRateLimit: { limits: [{ type: 'Server', qps: 5, burst: 10 }] },
  })
  expect(admissionConfiguration(new Map(), process)).toEqual({})
})
