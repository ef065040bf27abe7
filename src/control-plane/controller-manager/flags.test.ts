import { describe, expect, test } from 'vitest'
import { isControllerEnabled, parseFlags } from './flags.ts'

describe('parseFlags', () => {
  test('takes the command of a kubeadm static pod', () => {
    const flags = parseFlags(
      `--allocate-node-cidrs=true --authentication-kubeconfig=/etc/kubernetes/controller-manager.conf --bind-address=127.0.0.1
       --cluster-cidr=10.244.0.0/16 --controllers=*,bootstrapsigner,tokencleaner --kubeconfig=/etc/kubernetes/controller-manager.conf
       --leader-elect=true --root-ca-file=/etc/kubernetes/pki/ca.crt --service-cluster-ip-range=10.96.0.0/12
       --use-service-account-credentials=true`.split(/\s+/),
    )
    expect(flags).toMatchObject({
      controllers: ['*', 'bootstrap-signer-controller', 'token-cleaner-controller'],
      leaderElect: true,
      useServiceAccountCredentials: true,
      nodeMonitorGracePeriod: 50_000,
      nodeMonitorPeriod: 5_000,
      rootCAFile: '/etc/kubernetes/pki/ca.crt',
    })
  })

  test('takes values after a space too, and leader election off', () => {
    expect(parseFlags(['--node-monitor-grace-period', '20s', '--leader-elect=false', '-v', '2'])).toMatchObject({
      nodeMonitorGracePeriod: 20_000,
      leaderElect: false,
    })
  })

  test.each([
    [['--nosuch=1'], 'unknown flag: --nosuch'],
    [['--pod-eviction-timeout=5m'], 'unknown flag: --pod-eviction-timeout'],
    [['-x'], "unknown shorthand flag: 'x' in -x"],
    [['--kubeconfig'], 'flag needs an argument: --kubeconfig'],
    [
      ['--node-monitor-period=5'],
      'invalid argument "5" for "--node-monitor-period" flag: time: missing unit in duration "5"',
    ],
    [
      ['--node-monitor-period=soon'],
      'invalid argument "soon" for "--node-monitor-period" flag: time: invalid duration "soon"',
    ],
    [
      ['--leader-elect=maybe'],
      'invalid argument "maybe" for "--leader-elect" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      ['--concurrent-deployment-syncs=x'],
      'invalid argument "x" for "--concurrent-deployment-syncs" flag: strconv.ParseInt: parsing "x": invalid syntax',
    ],
    [['--controllers=*,-gardener'], '"gardener" is not in the list of known controllers'],
    [
      ['--controllers=*,-gardener,cook'],
      '["gardener" is not in the list of known controllers, "cook" is not in the list of known controllers]',
    ],
    [['start'], 'unknown command "start" for "kube-controller-manager"'],
  ])('%j is refused', (args, error) => {
    expect(parseFlags(args)).toEqual({ error })
  })
})

test.each([
  ['deployment-controller', ['*'], true],
  ['deployment-controller', ['*', '-deployment-controller'], false],
  ['deployment-controller', ['replicaset-controller'], false],
  ['deployment-controller', ['deployment-controller'], true],
])('%s with --controllers=%j: %s', (name, controllers, enabled) => {
  expect(isControllerEnabled(name, controllers)).toBe(enabled)
})
