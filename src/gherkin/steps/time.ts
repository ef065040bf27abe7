import { needing, SpecError, type StepDefinition, step } from '../step.ts'
import type { World } from '../world.ts'

/** How virtual time goes on. */
export const timeSteps: readonly StepDefinition[] = [
  step(
    '{duration} pass(es)',
    {
      says: 'Lets time pass: virtual time in the simulator, real time on a real cluster.',
      example: 'When 10 minutes pass',
    },
    (world: World, ms: number) => world.advance(ms),
  ),
  ...needing('time', [
    step(
      'time advances to {string}',
      { says: 'Lets virtual time pass until then.', example: 'When time advances to "2027-01-01T00:00:00Z"' },
      async (world: World, time: string) => {
        const at = Date.parse(time)
        if (Number.isNaN(at)) throw new SpecError(`"${time}" is not a time: write it as 2026-12-31T23:58:30Z`)
        if (at < world.now()) throw new SpecError(`it is ${new Date(world.now()).toISOString()}: time does not go back`)
        await world.advance(at - world.now())
      },
    ),
  ]),
  step(
    'the cluster settles',
    {
      says: 'Waits until nothing but heartbeats has changed for ten seconds; at most ten minutes.',
      example: 'When the cluster settles',
    },
    (world: World) => world.quiet(),
  ),
  step(
    'this moment is remembered as {string}',
    {
      says: 'What happens from here on is after this moment: for `since`, `between` and `unchanged`. "the beginning" is known without it: when the last `Given` of a scenario is over (of an exercise, its set-up has to say).',
      example: 'Given this moment is remembered as "before the update"',
    },
    (world: World, name: string) => world.remember(name),
  ),
]
