import type { Client } from '../../client/contract.ts'
import type { Process, Program } from '../../node/contract.ts'
import { answerAdapter } from './api.ts'

export interface PrometheusAdapterDeps {
  /** The client a pod has through its service account. @returns a text says why there is none */
  connect(process: Process): Client | string
}

/**
 * The `adapter` binary of prometheus-adapter. There is no Prometheus behind it: the values are those that objects say
 * they measure. Source: kubernetes-sigs/prometheus-adapter cmd/adapter/adapter.go
 */
export function prometheusAdapterProgram({ connect }: PrometheusAdapterDeps): Program {
  return {
    start(process) {
      const client = connect(process)
      if (typeof client === 'string') {
        process.log(`F adapter.go:41] unable to construct client: ${client}`, 'stderr')
        return process.exit(255)
      }
      const port = Number(process.argv.find((word) => word.startsWith('--secure-port='))?.slice(14) ?? 6443)
      process.onSignal(() => process.exit(0))
      process.log(`I secure_serving.go:213] "Serving securely on [::]:${port}"`, 'stderr')
      process.listen(port, 'TCP', (request) => {
        const path = (request.path ?? '/').replace(/\?.*$/, '')
        if (path === '/livez' || path === '/healthz' || path === '/readyz') return { status: 200, body: 'ok' }
        return answerAdapter(client, request, process.world.clock.now())
      })
    },
  }
}
