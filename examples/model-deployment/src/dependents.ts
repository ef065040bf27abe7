import type { Deployment, Service } from 'kubedrill/extension'
import type { ModelDeployment } from './model-deployment.js'

/** What tells the Pods of one version of a model from all others. */
export function labelsOf({ metadata, spec }: ModelDeployment): { readonly model: string; readonly version: string } {
  return { model: metadata.name!, version: spec.version }
}

/** A Deployment per version: the old one serves on while the new one loads. */
export function deploymentOf(model: ModelDeployment): Deployment {
  const { metadata, spec } = model
  const labels = labelsOf(model)
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...ownedBy(model), name: `${metadata.name}-${spec.version}`, labels },
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { 'serving.example.com/model': spec.model } },
        spec: {
          containers: [
            {
              name: 'model',
              image: `example.com/model-server:${spec.version}`,
              env: [{ name: 'MODEL', value: spec.model }],
              ports: [{ containerPort: 8080 }],
              readinessProbe: { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 5 },
            },
          ],
        },
      },
    },
  }
}

export function serviceOf(model: ModelDeployment): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...ownedBy(model), name: model.metadata.name! },
    spec: { selector: labelsOf(model), ports: [{ port: 80, targetPort: 8080 }] },
  }
}

function ownedBy({ apiVersion, kind, metadata }: ModelDeployment) {
  return {
    namespace: metadata.namespace!,
    ownerReferences: [{ apiVersion, kind, name: metadata.name!, uid: metadata.uid!, controller: true }],
  }
}
