import { expect, test } from 'vitest'
import type { PodTemplateSpec } from '../../api/types.ts'
import { dumpForHash } from './go-dump.ts'
import { templateHash } from './template-hash.ts'

/** Hashes that Kubernetes' own ComputeHash answered for these templates. */
const web: PodTemplateSpec = {
  metadata: { labels: { b: '2', a: '1' }, annotations: { x: 'y "q" é' } },
  spec: {
    terminationGracePeriodSeconds: 30,
    restartPolicy: 'Always',
    securityContext: {},
    containers: [
      {
        name: 'c',
        image: 'nginx',
        resources: { limits: { cpu: '100m', memory: '1Gi' }, requests: { cpu: '500m' } },
        ports: [{ containerPort: 80 }],
        livenessProbe: { httpGet: { path: '/', port: 80 } },
        securityContext: { runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
}

const full: PodTemplateSpec = {
  metadata: { labels: { app: 'web' } },
  spec: {
    nodeSelector: { a: 'b' },
    volumes: [
      { name: 'v', emptyDir: { sizeLimit: '8Gi' } },
      { name: 'c', configMap: { name: 'cm', defaultMode: 420, items: [{ key: 'a', path: 'b' }] } },
      {
        name: 'p',
        projected: {
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            {
              downwardAPI: {
                items: [
                  { path: 'l', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.labels' } },
                  { path: 'r', resourceFieldRef: { containerName: 'c', resource: 'limits.cpu', divisor: '0' } },
                ],
              },
            },
          ],
        },
      },
    ],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: {
              labelSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'x'] }] },
              topologyKey: 'kubernetes.io/hostname',
            },
          },
        ],
      },
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'z', operator: 'Exists' }] }],
        },
      },
    },
    tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }],
    containers: [
      {
        name: 'c',
        image: 'nginx',
        command: ['sh', '-c', 'echo'],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: true } } },
        ],
        envFrom: [{ configMapRef: { name: 'x' } }],
        resources: { limits: { memory: '200Mi', 'nvidia.com/gpu': '1', cpu: '2' } },
        readinessProbe: { exec: { command: ['a'] }, periodSeconds: 10 },
        lifecycle: { preStop: { sleep: { seconds: 5 } } },
        ports: [{ containerPort: 80, name: 'h', protocol: 'TCP' }],
        volumeMounts: [{ name: 'v', mountPath: '/v', readOnly: true, subPath: 'x' }],
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    initContainers: [{ name: 'i', image: 'b', restartPolicy: 'Always', resources: {} }],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: { fsGroup: 1000, supplementalGroups: [1, 2], seccompProfile: { type: 'RuntimeDefault' } },
    schedulerName: 'default-scheduler',
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'web' } },
      },
    ],
    overhead: { cpu: '1500m', memory: '100M' },
    hostAliases: [{ ip: '1.2.3.4', hostnames: ['a', 'b'] }],
    enableServiceLinks: false,
  },
}

test('a template has the hash that a real cluster gives it', () => {
  expect(templateHash(web, undefined)).toBe('64b689bbd8')
  expect(templateHash(full, 3)).toBe('6cd947c585')
})

test('what cannot be dumped is still told apart', () => {
  const huge = (memory: string): PodTemplateSpec => ({ spec: { containers: [], overhead: { memory } } })
  expect(dumpForHash('v1.PodTemplateSpec', huge('1234567890123456789012'))).toBeUndefined()
  expect(templateHash(huge('1234567890123456789012'), undefined)).not.toBe(
    templateHash(huge('1234567890123456789013'), undefined),
  )
})
