import { expect, test } from 'vitest'
import { startChart } from '../../sim/chart.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { RecordedTrace } from '../../sim/trace.ts'
import { type ApiServerEffect, apiServerMachine } from './machine.ts'

function start(etcdAnswersAt: number) {
  const clock = new VirtualClock()
  const effects: string[] = []
  const world = { clock, trace: new RecordedTrace(clock) }
  const input = { etcdRedialMs: 1000, etcdDialTimeoutMs: 20_000 }
  const actor = startChart(apiServerMachine, world, 'kube-apiserver/test', input, (effect: ApiServerEffect) => {
    effects.push(effect.type)
    const answer = clock.now() >= etcdAnswersAt ? 'etcd.answers' : 'etcd.refuses'
    if (effect.type === 'dialEtcd') clock.defer(() => actor.send({ type: answer }))
  })
  return { clock, actor, effects }
}

test('it serves as soon as etcd answers', () => {
  const { clock, actor, effects } = start(2500)
  actor.send({ type: 'configured' })
  clock.advance(2999)
  expect(effects).not.toContain('serve')
  clock.advance(1)
  expect(effects.filter((type) => type === 'serve')).toEqual(['serve'])
  actor.send({ type: 'terminate' })
  expect(effects.at(-1)).toBe('drain')
})

test('it gives up when etcd stays away', () => {
  const { clock, actor, effects } = start(60_000)
  actor.send({ type: 'configured' })
  clock.advance(19_999)
  expect(actor.getSnapshot().status).toBe('active')
  clock.advance(1)
  expect(effects.at(-1)).toBe('fail')
  expect(actor.getSnapshot().value).toBe('failed')
})

test('wrong flags end it before it dials', () => {
  const { actor, effects } = start(0)
  actor.send({ type: 'misconfigured', why: 'open /x: no such file or directory' })
  expect(effects).toEqual(['fail'])
})
