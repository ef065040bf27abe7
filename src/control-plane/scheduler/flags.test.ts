import { expect, test } from 'vitest'
import { parseFlags } from './flags.ts'

test("kubeadm's own arguments are understood", () => {
  const flags = parseFlags([
    '--authentication-kubeconfig=/etc/kubernetes/scheduler.conf',
    '--authorization-kubeconfig=/etc/kubernetes/scheduler.conf',
    '--bind-address=127.0.0.1',
    '--kubeconfig=/etc/kubernetes/scheduler.conf',
    '--leader-elect=true',
  ])
  expect(flags).toMatchObject({
    leaderElect: true,
    leaderElectLeaseDuration: 15_000,
    leaderElectRenewDeadline: 10_000,
    leaderElectRetryPeriod: 2000,
    leaderElectResourceName: 'kube-scheduler',
    kubeconfig: '/etc/kubernetes/scheduler.conf',
  })
})

test.each([
  [['--leader-elect', '--kubeconfig', '/x'], { leaderElect: true, kubeconfig: '/x' }],
  [['--leader-elect=false'], { leaderElect: false }],
  [['--leader-elect-lease-duration=1m'], { leaderElectLeaseDuration: 60_000 }],
])('%j', (args, expected) => {
  expect(parseFlags(args)).toMatchObject(expected)
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
