import { expect, test } from 'vitest'
import { parseFlags } from './flags.ts'
import { completeOptions } from './options.ts'

const CONFIG = `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
clientConnection: {kubeconfig: /etc/kubernetes/scheduler.conf}
leaderElection: {leaseDuration: 30s, resourceName: my-scheduler}
`

function configOf(args: readonly string[]) {
  const flags = parseFlags(args)
  if ('error' in flags) throw new Error(flags.error)
  const options = completeOptions(flags, (path) => (path === '/config.yaml' ? CONFIG : undefined))
  if ('error' in options) throw new Error(options.error)
  const { leaderElection, clientConnection } = options.config
  return { ...leaderElection, ...clientConnection }
}

test("kubeadm's own arguments are understood", () => {
  const config = configOf([
    '--authentication-kubeconfig=/etc/kubernetes/scheduler.conf',
    '--authorization-kubeconfig=/etc/kubernetes/scheduler.conf',
    '--bind-address=127.0.0.1',
    '--kubeconfig=/etc/kubernetes/scheduler.conf',
    '--leader-elect=true',
  ])
  expect(config).toMatchObject({
    leaderElect: true,
    leaseDuration: 15_000,
    renewDeadline: 10_000,
    retryPeriod: 2000,
    resourceName: 'kube-scheduler',
    kubeconfig: '/etc/kubernetes/scheduler.conf',
  })
})

test.each([
  [['--leader-elect', '--kubeconfig', '/x'], { leaderElect: true, kubeconfig: '/x' }],
  [['--leader-elect=false'], { leaderElect: false }],
  [['--leader-elect-lease-duration=1m'], { leaseDuration: 60_000 }],
  // Beside a file only the flags of the leader election count.
  [['--config=/config.yaml'], { leaseDuration: 30_000, resourceName: 'my-scheduler' }],
  [['--config=/config.yaml', '--kubeconfig=/x'], { kubeconfig: '/etc/kubernetes/scheduler.conf' }],
  [['--config=/config.yaml', '--leader-elect=false'], { leaderElect: false, leaseDuration: 30_000 }],
])('%j', (args, expected) => {
  expect(configOf(args)).toMatchObject(expected)
})

test.each([
  [['--kubeconfg=/x'], 'unknown flag: --kubeconfg'],
  [['--no-such-flag'], 'unknown flag: --no-such-flag'],
  [['-x'], "unknown shorthand flag: 'x' in -x"],
  [['--kubeconfig'], 'flag needs an argument: --kubeconfig'],
  [
    ['--leader-elect=maybe'],
    'invalid argument "maybe" for "--leader-elect" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  [
    ['--secure-port=https'],
    'invalid argument "https" for "--secure-port" flag: strconv.ParseInt: parsing "https": invalid syntax',
  ],
])('%j is refused as the real one refuses it', (args, error) => {
  expect(parseFlags(args)).toEqual({ error })
})

test.each([
  [['--config=/nope'], 'open /nope: no such file or directory'],
  [
    ['--feature-gates=GenericWorkload=true,GangScheduling=true,WorkloadAwarePreemption=true'],
    'feature gate WorkloadAwarePreemption: not simulated by kubedrill',
  ],
  [
    ['--feature-gates=GangScheduling=true'],
    'GangScheduling is enabled, but depends on features that are disabled: [GenericWorkload]',
  ],
  [
    ['--leader-elect-lease-duration=5s'],
    'leaderElection.leaseDuration: Invalid value: "10s": must be greater than `RenewDeadline`',
  ],
])('%j ends the program', (args, error) => {
  expect(() => configOf(args)).toThrow(error)
})
