import { expect, test } from 'vitest'
import { run } from '../testing/steps.ts'
import { World } from '../world.ts'

const REFUSED = 'The connection to the server 10.0.0.1:6443 was refused\ndial tcp: connect: connection refused'

test.each([
  [0, 'pod/web created', ['succeeds']],
  [1, 'Error from server (NotFound): pods "web" not found', ['fails']],
  [1, REFUSED, ['fails', 'is refused']],
  [1, 'error: timed out waiting for the condition', ['fails', 'times out']],
  [0, 'it once timed out', ['succeeds']],
])('a command with exit code %i that prints %j', async (exitCode, output, is) => {
  const world = new World()
  world.command = { command: 'kubectl x', exitCode, output }
  for (const outcome of ['succeeds', 'fails', 'is refused', 'times out'])
    expect([outcome, (await run(world, `Then the command ${outcome}`)) === 'passed']).toEqual([
      outcome,
      is.includes(outcome),
    ])
})
