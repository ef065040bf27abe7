import { rfc3339 } from '../../../api/time.ts'
import type { ConfigMap } from '../../../api/types.ts'
import type { Server } from '../contract.ts'
import { install } from './loopback.ts'

const configMap = (name: string, data: Readonly<Record<string, string>>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'kube-system' },
  data,
})

/** Since when the server notes the use of old tokens. Source: pkg/controlplane/controller/legacytokentracking/controller.go */
export function legacyTokenTracking(server: Server): void {
  const since = rfc3339(server.clock.now()).slice(0, 10)
  install(server, configMap('kube-apiserver-legacy-service-account-token-tracking', { since }))
}

/** Whom aggregated API servers may trust. Source: pkg/controlplane/controller/clusterauthenticationtrust */
export function authenticationConfig(server: Server, clientCA: string | undefined): void {
  if (clientCA === undefined) return
  install(server, configMap('extension-apiserver-authentication', { 'client-ca-file': clientCA }))
}
