import { failure } from '../../../api/status.ts'
import type { Event } from '../../../api/types.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../contract.ts'
import { aggregate } from './aggregate.ts'

/** Source: plugin/pkg/admission/eventratelimit/apis/eventratelimit/types.go Limit */
export interface EventLimit {
  readonly type: 'Server' | 'Namespace' | 'User' | 'SourceAndObject'
  readonly qps: number
  readonly burst: number
  readonly cacheSize?: number
}

interface Bucket {
  readonly tokens: number
  readonly at: number
}

/** So many events a second and no more. Source: plugin/pkg/admission/eventratelimit/admission.go */
export function eventRateLimit(limits: readonly EventLimit[] = []): AdmissionPlugin {
  const buckets = limits.map(() => new Map<string, Bucket>())
  return {
    name: 'EventRateLimit',
    resources: ['events', 'events.events.k8s.io'],
    operations: ['CREATE', 'UPDATE'],
    validate(object, attributes) {
      if (attributes.dryRun) return undefined
      const refusals = limits.flatMap((limit, index) => {
        const key = keyOf(limit, object as Event, attributes)
        const accepted = take(buckets[index]!, key, limit, attributes.server.clock.now())
        return accepted ? [] : [`limit reached on type ${limit.type} for key ${key}`]
      })
      const why = aggregate(refusals)
      return why === undefined ? undefined : failure(429, 'TooManyRequests', why, { retryAfterSeconds: 0 })
    },
  }
}

/** A token bucket, filled as time goes by. Source: client-go/util/flowcontrol NewTokenBucketRateLimiter */
function take(buckets: Map<string, Bucket>, key: string, { qps, burst, cacheSize = 4096 }: EventLimit, now: number) {
  const { tokens, at } = buckets.get(key) ?? { tokens: burst, at: now }
  const filled = Math.min(burst, tokens + ((now - at) * qps) / 1000)
  const accepted = filled >= 1
  buckets.delete(key)
  buckets.set(key, { tokens: accepted ? filled - 1 : filled, at: now })
  if (buckets.size > cacheSize) buckets.delete(buckets.keys().next().value!)
  return accepted
}

function keyOf(
  { type }: EventLimit,
  { source, involvedObject }: Event,
  { namespace, user }: AdmissionAttributes,
): string {
  if (type === 'Server') return ''
  if (type === 'Namespace') return namespace ?? ''
  if (type === 'User') return user.name
  const { kind, namespace: of, name, uid, apiVersion } = involvedObject ?? {}
  return [source?.component, source?.host, kind, of, name, uid, apiVersion].map((part) => part ?? '').join('')
}
