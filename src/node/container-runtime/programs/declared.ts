import { steady } from '../../../network/steady.ts'
import type { NetworkAnswer, NetworkRequest, Process, Program } from '../../contract.ts'
import type { DeclaredImage } from '../declared-image.ts'

/** A program that does what its image declares, and nothing else. */
export function declared(image: DeclaredImage): Program {
  return {
    start(process) {
      const missing = image.requiresEnv?.filter((name) => !process.env[name]) ?? []
      if (missing.length > 0) {
        process.log(`error: required environment variable is not set: ${missing.join(', ')}`, 'stderr')
        return process.exit(1)
      }
      if (image.stopsAfterMs !== undefined) stopSlowly(process, image.stopsAfterMs)
      after(process, image.startsAfterMs, () => {
        for (const line of image.logs ?? []) process.log(line)
      })
      after(process, Math.max(image.readyAfterMs ?? 0, image.startsAfterMs ?? 0), () => {
        for (const port of image.listensOn ?? [])
          process.listen(port, 'TCP', (request) => answer(process, image, request))
      })
      if (image.exitsAfterMs !== undefined || image.exitsWith !== undefined)
        after(process, Math.max(image.exitsAfterMs ?? 0, image.startsAfterMs ?? 0), () =>
          process.exit(image.exitsWith ?? 0),
        )
    },
  }
}

/** A timer that ends with the process; no time at all is at once. */
export function after(process: Process, delayMs: number | undefined, then: () => void): void {
  if (!delayMs) {
    then()
    return
  }
  const { clock } = process.world
  const timer = clock.setTimeout(then, delayMs)
  process.onEnd(() => clock.clearTimeout(timer))
}

function stopSlowly(process: Process, stopsAfterMs: number): void {
  process.onSignal((signal) => {
    if (signal === 'SIGTERM' && stopsAfterMs >= 0) after(process, stopsAfterMs, () => process.exit(0))
  })
}

function answer(process: Process, image: DeclaredImage, request: NetworkRequest): NetworkAnswer {
  if (request.protocol === 'GRPC') return health(image, request.question ?? '')
  if (request.protocol !== 'HTTP') return {}
  const path = (request.path ?? '/').replace(/\?.*$/, '')
  const { http } = image
  if (http === undefined) return { status: 200, body: `${hostnameOf(process)}\n`, onStale: steady }
  return { status: 200, onStale: steady, ...(http[path] ?? http['*'] ?? { status: 404, body: '404 page not found\n' }) }
}

/** Source: google.golang.org/grpc/health server.go Check */
function health({ grpc }: DeclaredImage, service: string): NetworkAnswer {
  if (grpc === undefined) return {}
  const serving = grpc[service]
  if (serving !== undefined) return { grpc: { serving }, onStale: steady }
  return { grpc: { code: 'NotFound', message: 'unknown service' }, onStale: steady }
}

/** The pod's host name; with hostNetwork the machine's. */
export function hostnameOf(process: Process): string {
  const { pod } = process
  if (pod === undefined) return process.host
  return process.env.HOSTNAME ?? pod.metadata.name
}
