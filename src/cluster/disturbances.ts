import type { UserInfo } from '../api/request.ts'
import type { Timer, VirtualClock } from '../sim/clock.ts'
import { Schedule, type ScheduleOptions } from '../sim/schedule.ts'
import type { RecordedTrace } from '../sim/trace.ts'

/** The schedule of a cluster that explores: timers of one instant change places from here on, too. */
export function scheduleOf(
  options: ScheduleOptions | undefined,
  clock: VirtualClock,
  trace: RecordedTrace,
): Schedule | undefined {
  if (options === undefined) return undefined
  const schedule = new Schedule(options, clock)
  clock.reorder((timer, other) => {
    const disturbance = schedule.decide('timer', '', '')
    if (disturbance === undefined) return false
    nameBy(timer, trace, (who) => {
      disturbance.who = who
    })
    nameBy(other, trace, (who, what) => disturbance.before.push(`${who} (${what})`))
    return true
  })
  return schedule
}

/** Timers have no names: whoever is the first to leave a trace when one fires is who it was for. */
function nameBy(timer: Timer, trace: RecordedTrace, name: (who: string, what: string) => void): void {
  const { callback } = timer
  timer.callback = () => {
    const { count } = trace
    callback?.()
    const first = trace.count === count ? undefined : trace.entries().at(count - trace.count)
    name(first?.component ?? 'a timer without a trace', first?.what ?? 'nothing to be seen')
  }
}

/** Whose client it is, as people speak of it: `kubelet/worker-1`, `kube-scheduler/cp-1`. */
export function clientName({ name }: UserInfo, host: string): string {
  const program = /^system:node:/.test(name) ? 'kubelet' : name.replace(/^system:(serviceaccount:[^:]+:)?/, '')
  return `${program}/${host}`
}
