import { steady } from '../../../network/steady.ts'
import type { NetworkAnswer, Process } from '../../contract.ts'
import { after } from './declared.ts'
import { slashTime } from './log-times.ts'

/**
 * `agnhost grpc-health-checking`: a gRPC health service that turns after a while or when it is told so over HTTP.
 * Source: test/images/agnhost/grpc-health-checking
 */
export function grpcHealthChecking(process: Process, flag: (name: string) => string | undefined): void {
  const { clock } = process.world
  const service = flag('service') ?? ''
  const delay = Number(flag('delay-unhealthy-sec') ?? -1)
  let serving = delay !== 0
  const stale = new Set<() => void>()
  const turn = (to: boolean) => {
    serving = to
    for (const tell of [...stale]) tell()
  }
  const onStale = (listener: () => void) => {
    stale.add(listener)
    return () => stale.delete(listener)
  }
  if (delay > 0) after(process, delay * 1000, () => turn(false))
  process.log(`${slashTime(clock.now())} Http server starting to listen on :${flag('http-port') ?? 8080}`)
  process.log(`${slashTime(clock.now())} gRPC server starting to listen on :${flag('port') ?? 5000}`)
  process.listen(Number(flag('port') ?? 5000), 'TCP', ({ protocol, question = '' }) => {
    if (protocol !== 'GRPC') return {}
    if (question !== '' && question !== service) return { grpc: UNKNOWN, onStale: steady }
    return { grpc: { serving: serving ? 'SERVING' : 'NOT_SERVING' }, onStale }
  })
  process.listen(Number(flag('http-port') ?? 8080), 'TCP', ({ protocol, path }): NetworkAnswer => {
    if (protocol !== 'HTTP') return {}
    if (path !== '/make-serving' && path !== '/make-not-serving') return { status: 404, body: '404 page not found\n' }
    turn(path === '/make-serving')
    return { status: 200, body: '' }
  })
}

const UNKNOWN = { code: 'NotFound', message: 'unknown service' } as const
