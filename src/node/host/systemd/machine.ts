import { assign, emit, setup } from 'xstate'

/**
 * The life of one systemd service unit of Type=simple or Type=notify. What systemd prints and `systemctl` shows hangs on
 * these states; effects are emitted. The daemons of a node end at once when they are asked to, so TimeoutStopSec never
 * comes to pass.
 *
 * Source: systemd src/core/service.c, service_enter_* and service_sigchld_event; systemd.service(5)
 */
export const unitMachine = setup({
  types: {
    context: {} as UnitContext,
    input: {} as UnitTimings,
    events: {} as UnitEvent,
    emitted: {} as UnitEffect,
  },
  delays: {
    RestartSec: ({ context }) => context.restartSecMs,
  },
  guards: {
    willRestart: ({ context, event }) =>
      event.type === 'exited' &&
      (context.restart === 'always' || (context.restart === 'on-failure' && !isClean(event.code))),
    clean: ({ event }) => event.type === 'exited' && isClean(event.code),
  },
  actions: {
    spawn: emit({ type: 'spawn' }),
    terminate: emit({ type: 'terminate' }),
    sayStarted: emit({ type: 'say', what: 'started' }),
    sayStopping: emit({ type: 'say', what: 'stopping' }),
    sayStopped: emit({ type: 'say', what: 'stopped' }),
    sayExited: emit(({ event }) => ({ type: 'say', what: 'exited', code: event.type === 'exited' ? event.code : 0 })),
    sayScheduled: emit(({ context }) => ({ type: 'say', what: 'scheduled', restarts: context.restarts })),
    countRestart: assign({ restarts: ({ context }) => context.restarts + 1 }),
    forgetRestarts: assign({ restarts: 0 }),
    configure: assign(({ context, event }) =>
      event.type === 'configure' ? { ...context, ...event.timings } : context,
    ),
    changed: emit({ type: 'changed' }),
  },
}).createMachine({
  id: 'systemd-unit',
  context: ({ input }) => ({ ...input, restarts: 0 }),
  on: { configure: { actions: 'configure' }, 'power.off': '.inactive' },
  initial: 'inactive',
  states: {
    inactive: { entry: 'changed', on: { start: { target: 'active', actions: 'forgetRestarts' } } },
    failed: { entry: 'changed', on: { start: { target: 'active', actions: 'forgetRestarts' }, reset: 'inactive' } },
    active: {
      entry: ['changed', 'sayStarted', 'spawn'],
      on: {
        stop: 'deactivating',
        restart: 'restarting',
        exited: [
          { guard: 'willRestart', target: 'autoRestart', actions: 'sayExited' },
          { guard: 'clean', target: 'inactive', actions: 'sayExited' },
          { target: 'failed', actions: 'sayExited' },
        ],
      },
    },
    autoRestart: {
      entry: 'changed',
      after: { RestartSec: { target: 'active', actions: ['countRestart', 'sayScheduled'] } },
      on: { start: 'active', restart: 'active', stop: { target: 'inactive', actions: 'sayStopped' } },
    },
    deactivating: {
      entry: ['changed', 'sayStopping', 'terminate'],
      on: { exited: { target: 'inactive', actions: 'sayStopped' } },
    },
    restarting: {
      entry: ['changed', 'sayStopping', 'terminate'],
      on: { exited: { target: 'active', actions: ['sayStopped', 'forgetRestarts'] } },
    },
  },
})

export interface UnitTimings {
  readonly restart: 'no' | 'always' | 'on-failure'
  readonly restartSecMs: number
}

interface UnitContext extends UnitTimings {
  readonly restarts: number
}

export type UnitEvent =
  | { readonly type: 'start' | 'stop' | 'restart' | 'reset' | 'power.off' }
  | { readonly type: 'exited'; readonly code: number }
  | { readonly type: 'configure'; readonly timings: UnitTimings }

export type UnitEffect =
  | { readonly type: 'spawn' | 'terminate' | 'changed' }
  | {
      readonly type: 'say'
      readonly what: 'started' | 'stopping' | 'stopped' | 'exited' | 'scheduled'
      readonly code?: number
      readonly restarts?: number
    }

/** Exit codes systemd takes as success: 0, and an end by SIGHUP, SIGINT, SIGTERM. Source: systemd.service(5) SuccessExitStatus */
export function isClean(code: number): boolean {
  return code === 0 || code === 129 || code === 130 || code === 143
}
