import { emit, setup } from 'xstate'

/**
 * The life of one kube-apiserver process: it looks at its flags, waits for etcd, serves until it is told to end.
 *
 * Source: cmd/kube-apiserver/app/server.go Run, apiserver/pkg/storage/storagebackend/factory/etcd3.go newETCD3Client
 */
export const apiServerMachine = setup({
  types: {
    context: {} as ApiServerInput,
    input: {} as ApiServerInput,
    events: {} as
      | { type: 'configured' }
      | { type: 'misconfigured'; why: string }
      | { type: 'etcd.answers' }
      | { type: 'etcd.refuses' }
      | { type: 'terminate' },
    emitted: {} as ApiServerEffect,
  },
  delays: {
    etcdRedialPeriod: ({ context }) => context.etcdRedialMs,
    etcdDialTimeout: ({ context }) => context.etcdDialTimeoutMs,
  },
  actions: {
    dialEtcd: emit({ type: 'dialEtcd' }),
    warnOfEtcd: emit({ type: 'warnOfEtcd' }),
    serve: emit({ type: 'serve' }),
    giveUp: emit({ type: 'fail', why: 'problem initializing API group "": context deadline exceeded' }),
    refuse: emit(({ event }) => ({ type: 'fail', why: event.type === 'misconfigured' ? event.why : '' }) as const),
    drain: emit({ type: 'drain' }),
  },
}).createMachine({
  id: 'kube-apiserver',
  context: ({ input }) => input,
  initial: 'configuring',
  states: {
    configuring: { on: { configured: 'connecting', misconfigured: { target: 'failed', actions: 'refuse' } } },
    connecting: {
      initial: 'dialling',
      on: { 'etcd.answers': 'serving', terminate: 'stopped' },
      after: { etcdDialTimeout: { target: 'failed', actions: 'giveUp' } },
      states: {
        dialling: { entry: 'dialEtcd', on: { 'etcd.refuses': { target: 'waiting', actions: 'warnOfEtcd' } } },
        waiting: { after: { etcdRedialPeriod: 'dialling' } },
      },
    },
    serving: { entry: 'serve', on: { terminate: { target: 'stopped', actions: 'drain' } } },
    failed: { type: 'final' },
    stopped: { type: 'final' },
  },
})

export interface ApiServerInput {
  /** Between two tries to reach etcd. Default of grpc's back-off: 1 s. */
  readonly etcdRedialMs: number
  /** How long etcd may stay away at the start. Default 20 s. */
  readonly etcdDialTimeoutMs: number
}

export type ApiServerEffect =
  | { readonly type: 'dialEtcd' }
  | { readonly type: 'warnOfEtcd' }
  | { readonly type: 'serve' }
  | { readonly type: 'fail'; readonly why: string }
  | { readonly type: 'drain' }
