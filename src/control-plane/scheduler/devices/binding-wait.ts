import type { ResourceClaim } from '../../../api/types.ts'
import type { Clock, Timer } from '../../../sim/clock.ts'
import type { DeviceSource } from '../devices.ts'
import type { Status } from '../framework.ts'
import { broken } from './cycle-state.ts'
import { bindingReadiness, isOverdue } from './filter-node.ts'

/** Source: plugins/dynamicresources/dynamicresources.go PreBind */
const POLL_MS = 5000

export interface DeviceWaitOptions {
  readonly devices: DeviceSource
  readonly clock: Clock
  readonly timeoutMs: number
}

const isReady = (claims: readonly ResourceClaim[], options: DeviceWaitOptions): boolean | Status => {
  const { devices, clock, timeoutMs } = options
  for (const { metadata } of claims) {
    const claim = devices.claim(metadata.namespace ?? '', metadata.name)
    if (claim === undefined) return broken(`could not find ResourceClaim "${metadata.namespace}/${metadata.name}"`)
    const readiness = bindingReadiness(claim)
    if (readiness === 'ready') continue
    if (readiness !== 'pending') return broken(readiness.failed)
    const overdue = isOverdue(claim, { now: clock.now(), bindingTimeoutMs: timeoutMs })
    return overdue ? broken(`device binding timeout: claim=${metadata.name}`) : false
  }
  return true
}

/**
 * Waits until drivers say that all devices can be used. Looks every five seconds since the start, as upstream's poll does,
 * but only after something has changed. Source: PreBind, isPodReadyForBinding
 *
 * @returns undefined: they are ready; a Status: they will not be; else gives up waiting
 */
export function waitForDevices(
  claims: readonly ResourceClaim[],
  options: DeviceWaitOptions,
  done: (refused: Status | undefined) => void,
): Status | (() => void) | undefined {
  const first = isReady(claims, options)
  if (first !== false) return first === true ? undefined : first
  const { clock, devices, timeoutMs } = options
  const startedAt = clock.now()
  let look: Timer | undefined
  const stop = () => {
    stopListening()
    clock.clearTimeout(look)
    clock.clearTimeout(timeout)
  }
  const end = (refused: Status | undefined) => {
    stop()
    done(refused)
  }
  const stopListening = devices.onClaimChange(() => {
    if (look !== undefined) return
    const since = clock.now() - startedAt
    look = clock.setTimeout(
      () => {
        look = undefined
        const ready = isReady(claims, options)
        if (ready !== false) end(ready === true ? undefined : ready)
      },
      (Math.floor(since / POLL_MS) + 1) * POLL_MS - since,
    )
  })
  const timeout = clock.setTimeout(() => end(broken('device binding timeout: context deadline exceeded')), timeoutMs)
  return stop
}
