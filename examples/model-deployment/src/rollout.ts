import { emit, setup } from 'xstate'

/**
 * How one model gets from version to version: the new one loads while the old one serves on; when the new one takes too
 * long the rollout is stalled, and nothing changes for those who use the model.
 */
export const rolloutMachine = setup({
  types: {
    events: {} as { type: 'versionChanged' } | { type: 'loaded' },
    emitted: {} as { type: 'phaseChanged' },
  },
  delays: { loadDeadline: 300_000 },
  actions: { tell: emit({ type: 'phaseChanged' }) },
}).createMachine({
  id: 'model-rollout',
  initial: 'Loading',
  states: {
    Loading: {
      entry: 'tell',
      on: { loaded: 'Serving', versionChanged: { target: 'Loading', reenter: true } },
      after: { loadDeadline: 'Stalled' },
    },
    Serving: { entry: 'tell', on: { versionChanged: 'Loading' } },
    Stalled: { entry: 'tell', on: { versionChanged: 'Loading', loaded: 'Serving' } },
  },
})
