import type { KubernetesObject } from 'kubedrill/extension'

/** A model that is served, as manifests/crd.yaml defines it. */
export interface ModelDeployment extends KubernetesObject {
  readonly spec: {
    readonly model: string
    readonly version: string
    readonly replicas: number
  }
  readonly status?: ModelStatus
}

export interface ModelStatus {
  readonly phase: string
  /** The version that requests reach. */
  readonly servingVersion?: string
  readonly readyReplicas: number
}

export const MODEL_DEPLOYMENTS = { group: 'serving.example.com', version: 'v1', resource: 'modeldeployments' }
