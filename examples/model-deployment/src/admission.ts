import { type AdmissionPlugin, forbidden } from 'kubedrill/extension'
import type { ModelDeployment } from './model-deployment.js'

/** A version must name one model: `latest` is none. */
export const modelVersion: AdmissionPlugin = {
  name: 'ModelVersion',
  resources: ['modeldeployments.serving.example.com'],
  operations: ['CREATE', 'UPDATE'],
  validate(object, { endpoint, name }) {
    const { spec } = object as ModelDeployment
    if (spec.version !== 'latest') return undefined
    return forbidden(endpoint.groupResource, name, 'version "latest" does not say which model is served')
  },
}
